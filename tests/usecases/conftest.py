"""Use cases run on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.statistics.ledger_check import check
from tests.world import empty_tables, fresh_sqlite


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, empty_sqlite: Path) -> str:
    """One test, two databases."""
    if request.param == "postgresql":
        return empty_tables(request.getfixturevalue("postgres_schema"))
    return fresh_sqlite(empty_sqlite)


@pytest.fixture
def both_ways_agree(factory: UnitOfWorkFactory) -> Iterator[None]:
    """After every test of a file about money rows and ledger tell the same; such a file says so by its `pytestmark`."""
    yield
    with factory.reading() as uow:
        assert check(uow.session).differences == ()
