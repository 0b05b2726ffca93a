"""What was signed, booked and decided stays in the database, whoever speaks to it."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from marketplace.deals.models import Entry, Step
from marketplace.infra.append_only import emptied_with_the_rest
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from tests.factories import make_signed
from tests.paying import BY_PLAN
from tests.personas import People

ROWS_OF_A_SIGNED_DEAL = ("contract_entries", "deal_steps", "ledger_transfers", "milestone_moves", "relation_findings")


def refused(engine: Engine, statement: str) -> None:
    with pytest.raises(DBAPIError, match="only added to"), engine.begin() as connection:
        connection.execute(text(statement))


def emptying(engine: Engine, table: str) -> str:
    """How all rows of a table are thrown away at once: SQLite has no other word for it."""
    return f"DELETE FROM {table}" if engine.dialect.name == "sqlite" else f"TRUNCATE {table} CASCADE"


def test_nobody_empties_a_table_that_is_only_added_to(factory: UnitOfWorkFactory, people: People) -> None:
    make_signed(factory, people, BY_PLAN)
    for table in ROWS_OF_A_SIGNED_DEAL:
        refused(factory.engine, emptying(factory.engine, table))


def test_nobody_empties_the_deals_and_what_refers_to_them_with_one_word(
    factory: UnitOfWorkFactory, people: People
) -> None:
    make_signed(factory, people)
    if factory.engine.dialect.name == "postgresql":
        refused(factory.engine, "TRUNCATE deals CASCADE")
    with factory.reading() as uow:
        assert uow.session.query(Entry).count() == 1


@pytest.mark.parametrize("change", ["UPDATE contract_entries SET amount_fen = 1", "DELETE FROM contract_entries"])
def test_nobody_changes_what_was_booked_of_a_contract(factory: UnitOfWorkFactory, people: People, change: str) -> None:
    make_signed(factory, people)
    refused(factory.engine, change)


def test_whoever_empties_the_whole_database_may(factory: UnitOfWorkFactory, people: People) -> None:
    """As a restore does; afterwards the database refuses again."""
    make_signed(factory, people)
    with factory.engine.begin() as connection, emptied_with_the_rest(connection):
        connection.execute(text(emptying(factory.engine, "deal_steps")))
    with factory.reading() as uow:
        assert uow.session.query(Step).count() == 0
    make_signed(factory, people)
    refused(factory.engine, emptying(factory.engine, "deal_steps"))
