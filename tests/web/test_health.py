"""What a supervisor asks."""

import shutil
from pathlib import Path

import pytest
from alembic import command
from flask.testing import FlaskClient

from marketplace.infra.schema import alembic_config
from marketplace.listings.catalogue import open_catalogues
from marketplace.settings import Settings
from marketplace.web.context import Runtime
from search_index.document import Document


@pytest.fixture
def migrated(settings: Settings, client: FlaskClient) -> FlaskClient:
    """A visitor of an instance whose database says that it is at the newest migration."""
    command.stamp(alembic_config(settings.database), "head")
    return client


def test_the_process_answers_without_a_session(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert "Set-Cookie" not in answer.headers


def test_an_instance_that_can_serve_is_ready(migrated: FlaskClient) -> None:
    assert (migrated.get("/readyz").status_code, migrated.get("/readyz").json) == (200, {"status": "ok"})


def test_a_database_of_another_version_is_not_ready(migrated: FlaskClient, runtime: Runtime) -> None:
    with runtime.factory.engine.execution_options(writing=True).begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('older')")
    assert_failing(migrated, "database")


def test_a_lost_database_is_not_ready(migrated: FlaskClient, runtime: Runtime) -> None:
    runtime.factory.engine.dispose()
    Path(runtime.factory.engine.url.database or "").write_bytes(b"no database at all" * 1000)
    assert_failing(migrated, "database")


def test_a_damaged_index_is_not_ready(migrated: FlaskClient, runtime: Runtime) -> None:
    writer = open_catalogues(runtime.settings)["result"]
    writer.put([Document(1, "焊接", "防变形工装")])
    [contents] = (runtime.settings.index_dir / "results" / writer.status().generation).glob("*.toc")
    contents.write_bytes(b"no table of contents")
    assert_failing(migrated, "index")


def test_a_full_or_missing_disk_is_not_ready(migrated: FlaskClient, runtime: Runtime) -> None:
    shutil.rmtree(runtime.settings.data_dir)
    assert_failing(migrated, "disk")


def assert_failing(client: FlaskClient, name: str) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.json is not None
    assert list(answer.json["failing"]) == [name]
    assert client.get("/healthz").status_code == 200
