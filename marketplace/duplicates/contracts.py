"""Contracts on the platform as records to compare: from the day a text is sent to be signed, as long as it may count."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals import policy as deal_policy
from marketplace.deals.booking import signed_by_deal
from marketplace.deals.models import Deal
from marketplace.deals.rules import DealState
from marketplace.duplicates.rules import Limits, Record, RecordKind, Side
from marketplace.duplicates.sources import Source, register
from marketplace.kernel.clock import china_day
from marketplace.kernel.permissions import Actor
from marketplace.organisations.models import Organisation, Party

ENDED = frozenset({DealState.LOST, DealState.TERMINATED})
"""What such a deal leaves payable, if anything, is no second contract."""

_BINDING = and_(
    Document.kind == DocumentKind.CONTRACT, Document.state.in_((DocumentState.SENT, DocumentState.COMPLETE))
)


def records(session: Session, deal_ids: Collection[int]) -> Mapping[int, Record]:
    """The contracts of these deals, standing or not; a deal whose text was never sent has none."""
    sent = and_(Document.kind == DocumentKind.CONTRACT, Document.sent_at.is_not(None))
    return _read(session, Deal.id.in_(deal_ids), sent)


def near(session: Session, of: Sequence[Record], _limits: Limits) -> Iterable[Record]:
    """Standing contracts between parties that these records name."""
    parties = select(Party.id).outerjoin(Organisation, Organisation.id == Party.organisation_id)
    named = parties.outerjoin(User, User.id == Party.user_id).where(_is_named([s for one in of for s in _sides(one)]))
    between = and_(Deal.seller_party_id.in_(named), Deal.buyer_party_id.in_(named), Deal.state.not_in(ENDED))
    return _read(session, between, _BINDING).values()


def in_office(actor: Actor) -> Select[int]:
    """The contracts of this official, by the rule of deals."""
    return select(Deal.id).where(deal_policy.is_in_office(actor))


def _sides(record: Record) -> tuple[Side, Side]:
    return record.seller, record.buyer


def _is_named(sides: Sequence[Side]) -> ColumnElement[bool]:
    keys, codes = {side.key for side in sides}, {side.code for side in sides if side.code}
    people = {side.name for side in sides}
    return or_(Organisation.name_key.in_(keys), Organisation.credit_code.in_(codes), User.name.in_(people))


def _read(session: Session, which: ColumnElement[bool], document: ColumnElement[bool]) -> dict[int, Record]:
    """By the newest text of each deal."""
    statement = select(Deal, Document).join(Document, Document.deal_id == Deal.id).where(which, document)
    found = {deal.id: (deal, text) for deal, text in session.execute(statement.order_by(Document.number))}
    signed = signed_by_deal(session, list(found))
    sides = _parties(
        session, {one for deal, _ in found.values() for one in (deal.seller_party_id, deal.buyer_party_id)}
    )
    return {
        id_: Record(
            RecordKind.DEAL,
            id_,
            deal.title,
            sides[deal.seller_party_id],
            sides[deal.buyer_party_id],
            signed.get(id_, text.amount_fen),
            _day_of(text),
            deal.result_id,
            deal.seller_county,
            deal.buyer_county,
            stands=deal.state not in ENDED and text.state in {DocumentState.SENT, DocumentState.COMPLETE},
            is_in_force=deal.state not in ENDED and text.state is DocumentState.COMPLETE,
        )
        for id_, (deal, text) in found.items()
    }


def _day_of(text: Document) -> date:
    return text.signed_on or china_day(text.sent_at or text.created_at)


def _parties(session: Session, party_ids: Collection[int]) -> dict[int, Side]:
    columns: tuple[Any, ...] = (Party.id, Organisation.name, Organisation.credit_code, User.name)
    named = select(*columns).outerjoin(Organisation, Organisation.id == Party.organisation_id)
    found = session.execute(named.outerjoin(User, User.id == Party.user_id).where(Party.id.in_(party_ids)))
    return {id_: Side(unit or person or "", code or "") for id_, unit, code, person in found}


SOURCE = register(Source(RecordKind.DEAL, near, records, in_office))
