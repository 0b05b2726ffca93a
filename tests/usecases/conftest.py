"""Use cases run on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from tests.world import empty_tables


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, empty_sqlite: Path) -> str:
    """One test, two databases."""
    if request.param == "postgresql":
        return empty_tables(request.getfixturevalue("postgres_schema"))
    path = tmp_path / "test.sqlite"
    path.write_bytes(empty_sqlite.read_bytes())
    return f"sqlite:///{path}"
