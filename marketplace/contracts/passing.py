"""Days in a text that is not signed yet: what is written about a day that has passed no longer says what was meant."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from marketplace.contracts.changes import lines_from
from marketplace.contracts.clauses import Clause, from_rows
from marketplace.contracts.models import AmendedRoyalty, Amendment, Document, Settlement
from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import Slot, firsts
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_
from marketplace.payments.rules import Trigger, day_words

LETTER_DAYS = 180
"""After so many days a letter of intent says that it lapses by itself."""

PASSED = N_(
    "Write it anew: these days have passed or begun: %(days)s. What the text says of them could no longer be kept once it is "
    "signed."
)

_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")


def lapse_day(today: date) -> date:
    """Until when a letter of intent that is written today says it holds."""
    return today + timedelta(days=LETTER_DAYS)


def passed_days(uow: UnitOfWork, document: Document) -> tuple[date, ...]:
    """The days a text names by which something is to be paid, settled or agreed, and that have passed in China; and the first
    of a quarter for which a royalty is amended, once that has begun."""
    today = china_day(uow.now())
    royalty = uow.session.get(AmendedRoyalty, document.id)
    begun = [royalty.from_on] if royalty is not None and royalty.from_on <= today else []
    return tuple(sorted([*begun, *(day for day in _days(uow, document) if day < today)]))


def require_ahead(uow: UnitOfWork, document: Document) -> None:
    """Raise Conflict, naming the days, where some of what a text says is due has passed already."""
    if passed := passed_days(uow, document):
        raise Conflict(PASSED, days="、".join(day.isoformat() for day in passed))


def renewed(clauses: Sequence[Clause], today: date) -> tuple[Clause, ...]:
    """The clauses of a letter of intent, with another day on which it lapses where the standard one has passed.

    What the parties wrote in its place is theirs.
    """
    return tuple(_renewed(clause, today) for clause in clauses)


def _renewed(clause: Clause, today: date) -> Clause:
    day = _standard_day(clause)
    if day is None or day >= today:
        return clause
    old, new = day_words(day), day_words(lapse_day(today))
    return replace(clause, text=clause.text.replace(old, new), standard=clause.standard.replace(old, new))


def _days(uow: UnitOfWork, document: Document) -> set[date]:
    if document.kind is DocumentKind.AMENDMENT:
        lines = lines_from(uow.session.get_one(Amendment, document.id).lines)
        return {line.day for line in lines if line.trigger is Trigger.DAY and line.day is not None}
    if document.kind is DocumentKind.TERMINATION_AGREEMENT:
        settle_on = uow.session.get_one(Settlement, document.id).settle_on
        return {settle_on} if settle_on else set()
    if document.kind is DocumentKind.LETTER_OF_INTENT:
        return {day for clause in from_rows(document.clauses) if (day := _standard_day(clause)) is not None}
    return set()


def _standard_day(clause: Clause) -> date | None:
    """The day filled into a clause of a letter that has a place for one, as long as its text still says it."""
    first = firsts().get(Slot(DocumentKind.LETTER_OF_INTENT, clause.key))
    found = _DAY.search(clause.standard) if first and "until" in first.required else None
    return date(*map(int, found.groups())) if found and found[0] in clause.text else None
