"""The pieces every test stands on: a frozen clock, a scratch database with the schema, and the app on top of them."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine, text

from marketplace.accounts.models import User
from marketplace.accounts.sign_ins import open_sign_in
from marketplace.app import build_runtime, build_site
from marketplace.infra.authority import Authority
from marketplace.infra.database import make_engine
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.listings.catalogue import open_catalogues
from marketplace.schema import whole_schema
from marketplace.settings import Settings
from marketplace.web.context import EXTENSION, Runtime
from marketplace.wiring import INDEXER
from tests.peopled import people_in
from tests.personas import People

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
"""A Friday morning in China."""

PASSPHRASE = "opens the authority of the tests"


@pytest.fixture
def clock() -> SetClock:
    """Stands at NOW until a test moves it."""
    return SetClock(NOW)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the schema and nothing else, copied for every test."""
    path = tmp_path_factory.mktemp("schema") / "empty.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    whole_schema().create_all(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def empty_indexes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both indexes, whole and without a document, copied for every test."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("indexes"))
    for index in open_catalogues(settings).values():
        index.rebuild(())
    return settings.index_dir


@pytest.fixture(scope="session")
def authority_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate authority, copied for every test."""
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    Authority(path, PASSPHRASE).create("潍坊市总工会", NOW)
    return path


@pytest.fixture
def database_url(empty_sqlite: Path) -> str:
    """SQLite by default; tests/usecases runs everything on PostgreSQL as well."""
    return fresh_sqlite(empty_sqlite)


def fresh_sqlite(empty: Path) -> str:
    """A copy of the empty database, where the one of the test before was."""
    path = empty.with_name("test.sqlite")
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    shutil.copy(empty, path)
    return f"sqlite:///{path}"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Everything under the test's own folder."""
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        rate_limit="",
        worker_in_process=False,
        mail_url="console:",
        authority_passphrase=SecretStr(PASSPHRASE),
    )


@pytest.fixture
def runtime(settings: Settings, clock: SetClock, empty_indexes: Path, authority_file: Path) -> Iterator[Runtime]:
    """Everything below the web; the worker runs only when a test drains it."""
    shutil.copytree(empty_indexes, settings.index_dir)
    shutil.copy(authority_file, settings.authority_file)
    runtime = build_runtime(settings, clock)
    # Of its own to whoever keeps something by the engine, such as the rows of figures.
    runtime.factory.engine = engine = engine_of(settings.database).execution_options()
    yield runtime
    if engine.name == "sqlite":  # The next test has another file; a server's connections are good for it as well.
        engine.dispose()


_ENGINES: dict[str, Engine] = {}


def engine_of(url: str) -> Engine:
    """The engine of this database, the same for every test: it keeps the SQL it made, which takes longer than to run it."""
    if url not in _ENGINES:
        _ENGINES[url] = make_engine(url)
    return _ENGINES[url]


@pytest.fixture
def app(settings: Settings, runtime: Runtime) -> Iterator[Flask]:
    """The real app on this test's runtime. Forms are posted without a CSRF token."""
    app = site_of(settings)
    config, views = dict(app.config), dict(app.view_functions)
    app.config.update(SECRET_KEY=settings.secret_key, TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    app.extensions[EXTENSION] = runtime
    yield app
    app.config.clear()
    app.config.update(config)
    app.view_functions.clear()
    app.view_functions.update(views)


_SITES: dict[str, Flask] = {}


def site_of(settings: Settings) -> Flask:
    """The pages for these settings. To make them takes longer than most tests, and they do not know what database they stand
    on: each process makes them once."""
    key = settings.model_copy(update={"data_dir": Path(), "database_url": ""}).model_dump_json()
    if key not in _SITES:
        _SITES[key] = build_site(settings)
    return _SITES[key]


@pytest.fixture
def factory(runtime: Runtime) -> UnitOfWorkFactory:
    """Units of work for any actor: `with factory.writing(people.worker) as uow: …`."""
    return runtime.factory


@pytest.fixture
def drain(runtime: Runtime) -> Callable[[], int]:
    """Runs everything the outbox holds; a handler that fails fails the test."""

    def run() -> int:
        INDEXER.heal_all(runtime.factory)
        handled = runtime.worker.drain()
        with runtime.factory.reading() as uow:
            errors = uow.session.execute(text("SELECT handler, error FROM outbox WHERE error IS NOT NULL")).all()
        assert not errors, errors
        return handled

    return run


@pytest.fixture
def people(factory: UnitOfWorkFactory) -> People:
    """Everybody a test may need, with an outsider of each kind."""
    return people_in(factory)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor's browser."""
    return app.test_client()


@pytest.fixture
def browse(app: Flask, factory: UnitOfWorkFactory) -> Callable[[Actor], FlaskClient]:
    """A browser in which somebody is signed in: `browse(people.worker).get("/")`."""

    def signed_in(actor: Actor) -> FlaskClient:
        client = app.test_client()
        with factory.writing() as uow:
            user = uow.session.get_one(User, actor.user_id)
            token = open_sign_in(uow, user, "127.0.0.1", "test")
        with client.session_transaction() as session:
            session.update(_user_id=token, _fresh=True)
        return client

    return signed_in


@pytest.fixture(scope="session")
def postgres_schema(postgres_url: str) -> Iterator[str]:
    """A PostgreSQL database with the schema, made once for the run."""
    engine = engine_of(postgres_url)
    whole_schema().create_all(engine)
    yield postgres_url
    engine.dispose()


def empty_tables(url: str) -> str:
    """Empty every table of a PostgreSQL database and start its ids at one.

    Only what was used is touched, and no file is made anew: to truncate all tables, or to restart the sequences by their own
    command, takes longer than most tests.
    """
    with engine_of(url).begin() as connection:
        # Neither foreign keys nor the triggers of tables that are only added to stand in the way of this transaction.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        filled = connection.exec_driver_sql(_filled()).scalars().all()
        if filled:
            connection.exec_driver_sql("; ".join(f"DELETE FROM {table}" for table in filled))
        connection.exec_driver_sql(_RESTART)
    return url


_RESTART = """
    SELECT setval(quote_ident(sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


@cache
def _filled() -> str:
    """The query for the tables that have a row."""
    return " UNION ALL ".join(f"(SELECT '{one.name}' FROM {one.name} LIMIT 1)" for one in whole_schema().sorted_tables)
