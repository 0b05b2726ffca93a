"""What waits for whoever may buy first, and for the seller of a contract on its way to registration. Reads only.

Each is a SELECT of (id to go to, title, moment or day).
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, exists, select

from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentState
from marketplace.deals.models import Deal
from marketplace.home.rules import REGISTER_SHOWN_DAYS
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.preemptions.models import Preemption
from marketplace.preemptions.rules import PreemptionState
from marketplace.registrations.models import Registration, RegistrationRecord
from marketplace.registrations.queries import never_applied
from marketplace.registrations.rules import APPLICABLE, RecordState, RegistrationState

Rows = Select[*tuple[Any, ...]]


def to_buy_first(uow: UnitOfWork) -> Rows:
    """Texts of which the actor was told that he may buy first: (right, title, last day)."""
    open_ = (Preemption.user_id == uow.actor.user_id, Preemption.state == PreemptionState.WAITING)
    of_text = select(Preemption.id, Deal.title, Preemption.until).join(Deal, Deal.id == Preemption.deal_id)
    with_text = of_text.join(Document, Document.id == Preemption.document_id)
    in_time = Preemption.until >= china_day(uow.now())
    return with_text.where(*open_, Document.state == DocumentState.DRAFT, in_time).order_by(Preemption.until)


def to_register(uow: UnitOfWork) -> Rows:
    """Contracts that came into force not long ago, of which nobody has begun an application."""
    since = uow.now() - timedelta(days=REGISTER_SHOWN_DAYS)
    deals = select(Deal.id, Deal.title, Deal.in_force_at).where(Deal.seller_party_id.in_(uow.actor.party_ids))
    recent = (Deal.state.in_(APPLICABLE), Deal.in_force_at > since, never_applied())
    return deals.where(*recent).order_by(Deal.in_force_at)


def drafts(uow: UnitOfWork) -> Rows:
    """Applications that were begun and not handed in."""
    return _applications(uow, Registration.begun_at).where(Registration.state == RegistrationState.DRAFT)


def certificates(uow: UnitOfWork) -> Rows:
    """Applications that were handed in, and of whose certificate nothing is recorded."""
    recorded = exists().where(
        RegistrationRecord.registration_id == Registration.id, RegistrationRecord.state == RecordState.RECORDED
    )
    return _applications(uow, Registration.submitted_at).where(
        Registration.state == RegistrationState.APPLIED, ~recorded
    )


def _applications(uow: UnitOfWork, moment: Any) -> Rows:
    of_deal = select(Deal.id, Deal.title, moment).join(Registration, Registration.deal_id == Deal.id)
    return of_deal.where(Deal.seller_party_id.in_(uow.actor.party_ids)).order_by(moment)
