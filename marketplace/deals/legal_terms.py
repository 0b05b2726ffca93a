"""By when the law asks a buyer to pay, for many deals at once: where a large enterprise has accepted the delivery of a small or
medium one (保障中小企业款项支付条例).

Where use without payment is agreed, the term runs from its end at the earliest: only whoever goes on owes a price.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.deals.models import Deal, Step
from marketplace.deals.rules import StepKind
from marketplace.deals.use_first import free_uses
from marketplace.kernel.clock import china_day
from marketplace.organisations.models import Organisation, Party
from marketplace.organisations.rules import OrganisationKind, OrganisationSize
from marketplace.payments.law import LegalTerm, latest_by_law

_SMALL = frozenset({OrganisationSize.SMALL, OrganisationSize.MEDIUM})


def legal_terms(session: Session, deals: Sequence[Deal]) -> dict[int, LegalTerm]:
    """The legal term of each of the deals that has one, by the deal's id."""
    delivered = deliveries(session, [deal.id for deal in deals])
    for deal_id, use in free_uses(session, [deal for deal in deals if deal.id in delivered]).items():
        delivered[deal_id] = max(delivered[deal_id], use.last_day)
    parties = {party for deal in deals for party in (deal.seller_party_id, deal.buyer_party_id)}
    units = (
        select(Party.id, Organisation.size)
        .join(Organisation, Organisation.id == Party.organisation_id)
        .where(Party.id.in_(parties), Organisation.kind == OrganisationKind.ENTERPRISE)
    )
    sizes: dict[int, OrganisationSize | None] = dict(session.execute(units).all())
    found = {}
    for deal in deals:
        protects = sizes.get(deal.seller_party_id) in _SMALL
        binds = sizes.get(deal.buyer_party_id) is OrganisationSize.LARGE
        term = latest_by_law(delivered[deal.id]) if protects and binds and deal.id in delivered else None
        if term is not None:
            found[deal.id] = term
    return found


def deliveries(session: Session, deal_ids: Sequence[int]) -> dict[int, date]:
    """The day in China on which the buyer accepted the delivery, of the deals of which he has."""
    accepted = (Step.deal_id.in_(deal_ids), Step.kind == StepKind.DEAL, Step.action == "accept_delivery")
    last = select(Step.deal_id, func.max(Step.at)).where(*accepted).group_by(Step.deal_id)
    return {deal_id: china_day(at) for deal_id, at in session.execute(last)}
