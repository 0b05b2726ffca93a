"""Use cases run on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from tests.world import empty_tables, fresh_sqlite


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, empty_sqlite: Path) -> str:
    """One test, two databases."""
    if request.param == "postgresql":
        return empty_tables(request.getfixturevalue("postgres_schema"))
    return fresh_sqlite(empty_sqlite)
