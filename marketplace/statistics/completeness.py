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
from marketplace.kernel.messages import N_
from marketplace.organisations.models import Organisation
from marketplace.payments.models import Receipt
from marketplace.payments.rules import ReceiptKind, ReceiptState
from marketplace.rewards.models import Payout, Reward
from marketplace.rewards.rules import PayoutState, RewardState
from marketplace.statistics.columns import Columns
from marketplace.statistics.policy import counties_in_scope
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Figure, FigureCode

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
    counties = counties_in_scope(uow.actor, wanted.definition)
    in_office = or_(*(county.in_(counties or ()) for county in kind.counties))
    of_office = true() if counties is None else in_office
    return Completeness(
        kind.proven(uow.session, rows),
        kind.proven_how,
        _summed(uow.session, kind.waiting().where(of_office)),
        kind.waiting_for,
    )


@dataclass(frozen=True)
class _Kind:
    proven: Callable[[Session, Columns], Figure]
    proven_how: str
    waiting: Callable[[], Select[Any]]
    waiting_for: str
    counties: tuple[Any, ...] = (Deal.seller_county, Deal.buyer_county)


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


def _approved() -> Select[Any]:
    counts = (Payout.reward_id == Reward.id, Payout.state != PayoutState.REVERSED)
    paid = select(func.coalesce(func.sum(Payout.gross_fen), 0)).where(*counts).correlate(Reward).scalar_subquery()
    rest = Reward.pool_fen - paid
    return _of(rest).join(Deal, Deal.id == Reward.deal_id).where(Reward.state == RewardState.APPROVED, rest > 0)


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


def _summed(session: Session, statement: Select[Any]) -> Figure:
    fen, count = session.execute(statement).one()
    return Figure(int(fen), int(count))


_LETTERS, _CONTRACTS = (_out_for_signature(kind) for kind in (DocumentKind.LETTER_OF_INTENT, DocumentKind.CONTRACT))
_KINDS: Mapping[FigureCode, _Kind] = {
    FigureCode.A0: _Kind(_sealed, SIGNED, _LETTERS, N_("Out for signature now, not in the figure")),
    FigureCode.A1: _Kind(_sealed, SIGNED, _CONTRACTS, N_("Out for signature now, not in the figure")),
    FigureCode.A4: _Kind(_all, VOUCHER, _reported, N_("Reported and not verified yet, not in the figure")),
    FigureCode.A6: _Kind(_acknowledged, RECEIVED, _approved, N_("Approved and not paid yet, not in the figure")),
    FigureCode.B1: _Kind(
        _all,
        N_("With its proof, checked by an official"),
        _declared,
        N_("Declared and not verified yet, not in the figure"),
        (Organisation.county,),
    ),
}
