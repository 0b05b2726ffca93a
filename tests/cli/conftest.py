"""Commands run on SQLite and on PostgreSQL, as the use cases do."""

from collections.abc import Callable, Iterator

import pytest
from alembic import command
from click.testing import Result
from flask import Flask

from marketplace.infra import schema
from marketplace.web.context import EXTENSION
from tests.usecases.conftest import database_url

__all__ = ["database_url"]

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Iterator[Run]:
    """`run("status", "--json")`: a command as the shell would call it, on a database that knows its migration."""
    engine = app.extensions[EXTENSION].factory.engine
    command.stamp(schema.alembic_config(engine.url.render_as_string(hide_password=False)), "head")

    def call(*words: object) -> Result:
        return app.test_cli_runner().invoke(args=[str(word) for word in words])

    yield call
    schema.forget(engine)
