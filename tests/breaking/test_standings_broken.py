"""Every rule of how things stand, what ended and what was gained, broken on purpose, one at a time: the book finds out.

What the SQL of a definition says is taken apart by tests/breaking/statements.py. What cannot be read is found as well.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from random import Random

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.statistics.definition import Definition
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.rules import FigureCode
from tests.breaking.statements import each_broken, written
from tests.breaking.turns import Records, Turns, records_of, turns_in_the_book, turns_of
from tests.figures import FigureWriter
from tests.personas import People
from tests.standing_history import StandingHistory

STEPS = 500
_C = FigureCode

Missed = tuple[int, str, str]
"""How often a rule stands in a statement without telling anything, what it is, and why it says nothing."""

SAYS_NOTHING: Mapping[FigureCode, tuple[Missed, ...]] = {
    _C.B1: (),
    _C.C9: (
        (2, "to_state eq published: 1 = 1", "Of the state before and the one after the WHERE lets one be published."),
        (2, "from_state ne published: 1 = 1", "The same."),
    ),
    _C.C10: (
        (8, "not for each deal_id", "A line is of one deal; the deal is there so that the database reads it alone."),
        (5, "backwards by id", "Of what happened to a line at one moment the order changes no sum."),
        (2, "backwards by place", "The same."),
        (1, "0 is one more", "The same: the place of a move."),
        (1, "1 is one more", "The same: the place of a lateness."),
        (1, "1 is negative", "The same."),
        (1, "2 is one more", "The same: the place of a receipt."),
        (1, "2 is negative", "The same."),
        (1, "Over lt fen: le", "Where all is received nothing is late, either way."),
        (1, "not for each milestone_id", "What follows a move is read from one of two copies alone."),
        (1, "lead is lag", "The same."),
        (1, "id is milestone_id", "The same: of a move that ends another the move that ended is not read."),
        (1, "id eq milestone_id: 1 = 1", "What is moved that was never late changes nothing."),
        (1, "fen is vat_fen", "Once it is moved, nothing of a line is late, whatever its amount."),
        (1, "late_from is_not Null: 1 = 1", "What has no day is later than nothing, and is left out by that already."),
        (1, "next_at is Null: 1 = 0", "A line stands moved only where a move follows."),
    ),
    _C.C11: (
        (1, "not when lose", "A deal that has ended may rest as long as it likes, and so may one of no stage."),
        (1, "not when complete", "The same."),
        (1, "not when terminate", "The same."),
        (1, "not when end_by_agreement", "The same."),
        (1, "not when end_use", "The same."),
        (1, "next_at is Null: 1 = 1", "What rests for less than the shortest term is left out early, to read less."),
        (1, "next_at gt days_later: 1 = 1", "The same."),
        (1, "next_at gt days_later: ge", "The same."),
        (1, "15 is one more", "The same: the step after just fifteen days comes in time."),
        (1, "next_at gt until: ge", "A standstill that ends as it begins adds and takes off in one moment."),
    ),
    _C.C12: (
        (1, "ScalarSelect lt known_at: le", "Of two moments that are the same either is the earlier one."),
        (2, "min is max", "No finding of this history lies between two signed documents of a deal that was lost."),
    ),
    _C.C13: (
        (1, "ScalarSelect lt known_at: le", "The same."),
        (2, "min is max", "The same. What follows is the statement of C12, where it is found."),
        (1, "ScalarSelect lt known_at: 1 = 1", "A contract that was ended had been signed before."),
        (1, "found_at not descending", "Few of these parties were looked at twice before they signed."),
        (1, "id not descending", "The same."),
        (1, "deal_id eq deal_id: 1 = 0", "The same: of those of this history little was known by then."),
        (2, "deal_id eq deal_id: 1 = 1", "The same."),
    ),
}


def test_every_rule_that_is_broken_is_found(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    clock.at = datetime.fromisoformat("2025-09-20T03:00:00+00:00")
    history = StandingHistory(FigureWriter(factory, people), clock, Random(17))
    for _ in range(STEPS):
        history.step()
    with factory.reading() as uow:
        session, records = uow.session, records_of(uow.session, history)
        for code, allowed in SAYS_NOTHING.items():
            definition = DEFINITIONS[code]
            book = turns_in_the_book(history, definition)
            assert turns_of(session, definition, written(definition.rows())[0], records) == book, code
            missed = Counter(
                name for name, sql in each_broken(definition.rows()) if _read(session, definition, sql, records) == book
            )
            assert missed == {name: times for times, name, _ in allowed}, code


def _read(session: Session, definition: Definition, sql: str, records: Records) -> Turns | None:
    """None for what cannot be: SQL that the database refuses, or rows that rest on nothing."""
    try:
        return turns_of(session, definition, sql, records)
    except (SQLAlchemyError, AssertionError, KeyError, TypeError):
        return None
