"""The addresses that lead from a row to the record it rests on."""

from collections.abc import Iterable, Mapping

from flask import url_for

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.statistics.queries import FigureRow
from marketplace.statistics.records import Record, records_of
from marketplace.statistics.rules import RecordPage

_PAGES: Mapping[RecordPage, tuple[str, str]] = {
    RecordPage.DOCUMENT: ("deals.document", "document_id"),
    RecordPage.PAYMENTS: ("deals.payments", "deal_id"),
    RecordPage.REGISTRATION: ("registrations.page", "deal_id"),
    RecordPage.REWARD: ("rewards.reward", "reward_id"),
    RecordPage.RESULT: ("results.page", "result_id"),
    RecordPage.NEED: ("needs.page", "need_id"),
    RecordPage.INTEREST: ("matching.interest", "interest_id"),
    RecordPage.BENEFIT: ("benefits.page", "declaration_id"),
}

Lead = tuple[RecordPage, str]
"""What the link is called, and where it leads."""


def leads(uow: UnitOfWork, rows: Iterable[FigureRow]) -> dict[str, Lead]:
    """By the source of each row; a row that leads no further than to its deal is left out."""
    return {source: (one.page, _address(one)) for source, one in records_of(uow, rows).items()}


def _address(record: Record) -> str:
    endpoint, argument = _PAGES[record.page]
    return url_for(endpoint, _anchor=record.place or None, **{argument: record.id})  # type: ignore[arg-type]
