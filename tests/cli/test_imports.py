"""`import` and `index rebuild` as an administrator types them."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.settings import Settings
from search_index.document import Query
from tests.cli.conftest import Run
from tests.personas import People
from tests.sheets import RESULTS, sheet
from tests.usecases.test_matches import WHOLE

ROWS = (RESULTS, ("自动焊接工装", "某机械公司", "减少变形。"), ("", "某单位", "没有名称"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "成果.csv"
    path.write_bytes(sheet(*ROWS))
    return path


def test_refused_rows_are_listed_and_do_not_fail(run: Run, factory: UnitOfWorkFactory, file: Path) -> None:
    done = run("import", "results", file)
    assert done.exit_code == 0
    assert "created 1 " in done.output
    assert "row 3, column 成果名称: The title is empty." in done.output
    status = json.loads(run("status", "--json").output)
    assert (status["results"], status["index_documents"], status["outbox_pending"]) == (1, 1, 0)
    again = run("import", "results", file)
    assert "created 0 " in again.output
    assert "duplicates 1" in again.output


def test_a_dry_run_changes_nothing(run: Run, file: Path) -> None:
    assert "would be created 1 " in run("import", "results", file, "--dry-run").output
    assert json.loads(run("status", "--json").output)["results"] == 0


def test_rows_like_a_listing_are_named_and_held_back_unless_they_are_wanted(run: Run, tmp_path: Path) -> None:
    first, second = tmp_path / "去年.csv", tmp_path / "今年.csv"
    first.write_bytes(sheet(RESULTS, ("储罐焊接工装", "某机械公司", WHOLE)))
    second.write_bytes(sheet(RESULTS, ("储罐壁板焊接工装", "某机械公司", WHOLE)))
    run("import", "results", first)
    held = run("import", "results", second)
    assert "created 0 " in held.output
    assert "held back as nearly the same 1 " in held.output
    assert "row 2: Here already: 99 % of the shorter text stands in the other. Number 1, “储罐焊接工装”." in held.output
    assert "created 1 " in run("import", "results", second, "--with-similar").output


@pytest.mark.parametrize("content", [b"PK\x03\x04junk", b"", "甲,乙\n1,2\n".encode(), b"\x00\x01\x02"])
def test_a_file_that_cannot_be_read_exits_2(run: Run, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "坏.csv"
    path.write_bytes(content)
    done = run("import", "needs", path)
    assert done.exit_code == 2
    assert "坏.csv" in done.output


def test_a_file_that_is_not_there_exits_2(run: Run, tmp_path: Path) -> None:
    assert run("import", "needs", tmp_path / "没有.csv").exit_code == 2


def test_importing_as_somebody(run: Run, factory: UnitOfWorkFactory, people: People, file: Path) -> None:
    def email(user_id: int | None) -> str:
        with factory.reading() as uow:
            return str(uow.session.scalars(select(User.email).where(User.id == user_id)).one())

    refused = run("import", "results", file, "--as", email(people.worker.user_id))
    assert (refused.exit_code, "Only officials" in refused.output) == (1, True)
    assert run("import", "results", file, "--as", "nobody@example.com").exit_code == 1
    assert "created 1 " in run("import", "results", file, "--as", email(people.city_official.user_id)).output


def test_a_deleted_index_is_rebuilt(run: Run, settings: Settings, factory: UnitOfWorkFactory, file: Path) -> None:
    run("import", "results", file)
    shutil.rmtree(settings.index_dir)
    done = run("index", "rebuild")
    assert done.exit_code == 0
    assert "1 results indexed" in done.output
    assert factory.services.catalogues["result"].search(Query("焊接")).total == 1
