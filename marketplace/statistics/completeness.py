"""How complete a figure is: what of it is proven, and what waits and is not in it. Reads only.

What waits is as of now, whatever period is looked at: it has no day yet.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from marketplace.benefits.models import Declaration
from marketplace.benefits.rules import DeclarationState
from marketplace.contracts.models import Document, Seal, Signature
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.messages import N_
from marketplace.organisations.models import Organisation
from marketplace.payments.models import Receipt
from marketplace.payments.rules import ReceiptKind, ReceiptState
from marketplace.rewards.models import Payout
from marketplace.rewards.rules import PayoutState
from marketplace.statistics.adding import picked
from marketplace.statistics.columns import Columns
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.policy import counties_in_scope
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Figure, FigureCode, year_to

SIGNED = N_("With evidence: every signature in the PDF, or the paper verified by an official")
VOUCHER = N_("With the bank's voucher, compared by an official")
RECEIVED = N_("Received, by the word of the person who was paid")


@dataclass(frozen=True)
class Completeness:
    """Of a figure: the part that is proven, and how; and what waits, and for what. Amounts in fen."""

    proven: Figure
    proven_how: str
    waiting: Figure
    waiting_for: str


def completeness(uow: UnitOfWork, wanted: Filter, rows: Columns) -> Completeness | None:
    """How complete the rows of a filter are; None for what is counted without papers of its own."""
    kind = _KINDS.get(wanted.definition.code)
    if kind is None:
        return None
    return Completeness(kind.proven(uow.session, rows), kind.proven_how, kind.waiting(uow, wanted), kind.waiting_for)


@dataclass(frozen=True)
class _Kind:
    proven: Callable[[Session, Columns], Figure]
    proven_how: str
    waiting: Callable[[UnitOfWork, Filter], Figure]
    waiting_for: str


def _all(_session: Session, rows: Columns) -> Figure:
    """Only what an official has verified is in the figure at all."""
    return rows.total()


def _sealed(session: Session, rows: Columns) -> Figure:
    """Without the deals in which a signature is not in the PDF yet."""
    is_sealed = exists().where(Seal.document_id == Signature.document_id, Seal.party_id == Signature.party_id)
    unsealed = (
        select(Document.deal_id)
        .join(Signature, Signature.document_id == Document.id)
        .where(Document.state == DocumentState.COMPLETE, ~is_sealed)
    )
    return rows.but_for(set(session.scalars(unsealed))).total()


def _acknowledged(session: Session, rows: Columns) -> Figure:
    """Without the payouts whose person has not said that the money is there."""
    silent = select(Payout.id).where(Payout.state.in_((PayoutState.PAID, PayoutState.DENIED)))
    return rows.but_for_records("payout", set(session.scalars(silent))).total()


def _out_for_signature(kind: DocumentKind) -> Callable[[], Select[Any]]:
    def waiting() -> Select[Any]:
        is_out = and_(Document.kind == kind, Document.state == DocumentState.SENT)
        return _of(Document.amount_fen).join(Deal, Deal.id == Document.deal_id).where(is_out)

    return waiting


def _reported() -> Select[Any]:
    is_on_its_way = Receipt.state.in_((ReceiptState.REPORTED, ReceiptState.CONFIRMED))
    payments = _of(Receipt.fen).join(Deal, Deal.id == Receipt.deal_id)
    return payments.where(Receipt.kind == ReceiptKind.PAYMENT, is_on_its_way)


def _awarded(uow: UnitOfWork, _wanted: Filter) -> Figure:
    """By deal, what approved rewards award beyond what was paid of them. Both are figures, whose rows are at hand; from the
    tables of a large city it would take a second."""
    until_now = year_to(china_day(uow.now())).until_its_end()
    awarded, paid = (
        picked(uow, Filter(DEFINITIONS[code], until_now, uow.now())) for code in (FigureCode.C7, FigureCode.A6)
    )
    return awarded.beyond(paid)


def _declared() -> Select[Any]:
    """Of what corrects another, the difference."""
    old = aliased(Declaration)
    return (
        _of(Declaration.fen - func.coalesce(old.fen, 0))
        .select_from(Declaration)
        .join(Organisation, Organisation.id == Declaration.organisation_id)
        .outerjoin(old, old.id == Declaration.replaces_id)
        .where(Declaration.state == DeclarationState.DECLARED)
    )


def _of(fen: ColumnElement[Any] | Any) -> Select[Any]:
    return select(func.coalesce(func.sum(fen), 0), func.count())


def _summed(statement: Callable[[], Select[Any]], *counties: Any) -> Callable[[UnitOfWork, Filter], Figure]:
    """What a statement finds in the counties of whoever asks; `counties` are the columns that tell them."""

    def found(uow: UnitOfWork, wanted: Filter) -> Figure:
        own = counties_in_scope(uow.actor, wanted.definition)
        of_office = true() if own is None else or_(*(county.in_(own) for county in counties or _OF_DEAL))
        fen, count = uow.session.execute(statement().where(of_office)).one()
        return Figure(int(fen), int(count))

    return found


_OF_DEAL = (Deal.seller_county, Deal.buyer_county)
_LETTERS, _CONTRACTS = (
    _summed(_out_for_signature(kind)) for kind in (DocumentKind.LETTER_OF_INTENT, DocumentKind.CONTRACT)
)
_KINDS: Mapping[FigureCode, _Kind] = {
    FigureCode.A0: _Kind(_sealed, SIGNED, _LETTERS, N_("Out for signature now, not in the figure")),
    FigureCode.A1: _Kind(_sealed, SIGNED, _CONTRACTS, N_("Out for signature now, not in the figure")),
    FigureCode.A4: _Kind(_all, VOUCHER, _summed(_reported), N_("Reported and not verified yet, not in the figure")),
    FigureCode.A6: _Kind(_acknowledged, RECEIVED, _awarded, N_("Approved and not paid yet, not in the figure")),
    FigureCode.B1: _Kind(
        _all,
        N_("With its proof, checked by an official"),
        _summed(_declared, Organisation.county),
        N_("Declared and not verified yet, not in the figure"),
    ),
}
