"""Commands run on SQLite and on PostgreSQL, as the use cases do."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from tests.usecases.conftest import database_url

__all__ = ["database_url"]

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """`run("status", "--json")`: a command as the shell would call it."""

    def call(*words: object) -> Result:
        return app.test_cli_runner().invoke(args=[str(word) for word in words])

    return call
