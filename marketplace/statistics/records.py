"""Where the record that a row rests on is shown: a signed text, a bank's voucher, a registrar's paper, a payment to a person."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.deals.models import Entry
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.ledger.models import Transfer
from marketplace.listings.models import Decision
from marketplace.registrations.models import RegistrationEntry
from marketplace.rewards.models import Payout, Reward
from marketplace.rewards.policy import visible
from marketplace.statistics.columns import source_parts
from marketplace.statistics.queries import FigureRow
from marketplace.statistics.rules import RecordPage


@dataclass(frozen=True)
class Record:
    """The page that shows it, the id of what the page is about, and the place on it; an empty place is the whole page."""

    page: RecordPage
    id: int
    place: str = ""


def records_of(uow: UnitOfWork, rows: Iterable[FigureRow]) -> dict[str, Record]:
    """By the source of each row. Left out is what this reader has no page for: an official sees the rewards of his own units."""
    of_kind: dict[str, _Rows] = {}
    for row in rows:
        kind, id_ = source_parts(row.source)
        of_kind.setdefault(kind, {})[id_] = row
    return {
        f"{kind}:{id_}": record
        for kind, by_id in of_kind.items()
        if kind in _FINDERS
        for id_, record in _FINDERS[kind](uow, by_id).items()
    }


_Rows = dict[int, FigureRow]
"""Rows of one kind by the id of their record."""
_Found = dict[int, Record]


def _itself(page: RecordPage) -> Callable[[UnitOfWork, _Rows], _Found]:
    """The record has a page of its own."""
    return lambda _uow, rows: {id_: Record(page, id_) for id_ in rows}


def _receipts(_uow: UnitOfWork, rows: _Rows) -> _Found:
    return {id_: Record(RecordPage.PAYMENTS, row.deal_id or 0, f"receipt-{id_}") for id_, row in rows.items()}


def _decisions(uow: UnitOfWork, rows: _Rows) -> _Found:
    found = uow.session.execute(select(Decision.id, Decision.listing_id).where(Decision.id.in_(rows)))
    return {id_: Record(RecordPage.RESULT, listing) for id_, listing in found}


def _entries(uow: UnitOfWork, rows: _Rows) -> _Found:
    found = uow.session.execute(select(Entry.id, Entry.document_id).where(Entry.id.in_(rows)))
    return {id_: Record(RecordPage.DOCUMENT, document) for id_, document in found}


def _registrations(uow: UnitOfWork, rows: _Rows) -> _Found:
    columns = (RegistrationEntry.id, RegistrationEntry.deal_id, RegistrationEntry.record_id)
    found = uow.session.execute(select(*columns).where(RegistrationEntry.id.in_(rows)))
    return {id_: Record(RecordPage.REGISTRATION, deal, f"record-{record}") for id_, deal, record in found}


def _payouts(uow: UnitOfWork, rows: _Rows) -> _Found:
    paid = select(Payout.id, Payout.reward_id, Payout.line_id).join(Reward, Reward.id == Payout.reward_id)
    found = uow.session.execute(paid.where(Payout.id.in_(rows), visible(uow.actor)))
    return {id_: Record(RecordPage.REWARD, reward, f"line-{line}") for id_, reward, line in found}


def _transfers(uow: UnitOfWork, rows: _Rows) -> _Found:
    """The ledger's rows behind figures are those of rewards."""
    sources = uow.session.execute(select(Transfer.id, Transfer.source).where(Transfer.id.in_(rows)))
    rewards = {id_: source_parts(source)[1] for id_, source in sources}
    known = set(uow.session.scalars(select(Reward.id).where(Reward.id.in_(rewards.values()), visible(uow.actor))))
    return {id_: Record(RecordPage.REWARD, one, "arithmetic") for id_, one in rewards.items() if one in known}


KINDS: Mapping[str, RecordPage] = {
    "letter": RecordPage.DOCUMENT,
    "letter_replaced": RecordPage.DOCUMENT,
    "entry": RecordPage.DOCUMENT,
    "registration_entry": RecordPage.REGISTRATION,
    "receipt": RecordPage.PAYMENTS,
    "transfer": RecordPage.REWARD,
    "payout": RecordPage.REWARD,
    "payout_back": RecordPage.REWARD,
    "result": RecordPage.RESULT,
    "need": RecordPage.NEED,
    "interest": RecordPage.INTEREST,
    "benefit": RecordPage.BENEFIT,
    "decision": RecordPage.RESULT,
}
"""What a record is, by the kind of a row's source, whoever may open its page."""


def kind_of(row: FigureRow) -> RecordPage | None:
    """What the record of a row is; None where the row rests on the deal alone."""
    return KINDS.get(source_parts(row.source)[0])


_FINDERS: Mapping[str, Callable[[UnitOfWork, _Rows], _Found]] = {
    "letter": _itself(RecordPage.DOCUMENT),
    "letter_replaced": _itself(RecordPage.DOCUMENT),
    "entry": _entries,
    "registration_entry": _registrations,
    "receipt": _receipts,
    "transfer": _transfers,
    "payout": _payouts,
    "payout_back": _payouts,
    "result": _itself(RecordPage.RESULT),
    "need": _itself(RecordPage.NEED),
    "interest": _itself(RecordPage.INTEREST),
    "benefit": _itself(RecordPage.BENEFIT),
    "decision": _decisions,
}
"""By the kind of a row's source; a row of another kind leads to its deal alone."""
