"""Anybody with a shell can check the audit log, and sees where it was touched."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from marketplace.audit.anchors import end_day, kept
from marketplace.audit.models import AuditHead, AuditRow
from marketplace.audit.service import GENESIS, digest
from marketplace.bases import service
from marketplace.bases.rules import BaseKind, BaseLevel
from marketplace.bases.service import BaseData
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from tests.cli.conftest import Run
from tests.personas import People


def three_facts(factory: UnitOfWorkFactory, people: People) -> None:
    for name in ("甲工作室", "乙工作室", "丙工作室"):
        with factory.writing(people.city_official) as uow:
            service.register(uow, BaseData(name, BaseKind.STUDIO, BaseLevel.CITY, "qingzhou", "王建国"))


def test_a_whole_chain_is_said_to_be_whole(run: Run, factory: UnitOfWorkFactory, people: People) -> None:
    three_facts(factory, people)
    answer = run("audit", "verify")
    assert (answer.exit_code, answer.output) == (0, "whole: 3 rows, 0 anchors\n")


def test_a_changed_row_is_named(run: Run, factory: UnitOfWorkFactory, people: People) -> None:
    three_facts(factory, people)
    with factory.writing() as uow:
        uow.session.execute(text("UPDATE audit_log SET object = 'base:9' WHERE id = 2"))
    answer = run("audit", "verify")
    assert (answer.exit_code, answer.output) == (1, "broken at row 2\n")


def test_a_row_cut_off_the_end_is_missed(run: Run, factory: UnitOfWorkFactory, people: People) -> None:
    three_facts(factory, people)
    with factory.writing() as uow:
        uow.session.execute(text("DELETE FROM audit_log WHERE id = 3"))
    answer = run("audit", "verify")
    assert (answer.exit_code, answer.output) == (1, "broken at row 3\n")


def rewritten(factory: UnitOfWorkFactory) -> None:
    """What somebody does who can write into the database and knows how the chain is made: another past, whole in itself."""
    with factory.writing() as uow:
        rows, before = uow.session.scalars(select(AuditRow).order_by(AuditRow.id)).all(), GENESIS
        for row in rows:
            row.object, row.prev_hash = f"base:{row.id + 100}", before
            row.hash = before = digest(row)
        uow.session.get_one(AuditHead, 1).last_hash = before


def test_a_chain_that_was_written_anew_is_whole_and_differs_from_its_anchor(
    run: Run, factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]
) -> None:
    three_facts(factory, people)
    with factory.writing() as uow:
        end_day(uow)
    drain()
    assert run("audit", "verify").output == "whole: 3 rows, 1 anchors\n"
    rewritten(factory)
    (anchor,) = kept(factory.services.settings.anchors_file)
    answer = run("audit", "verify")
    assert (answer.exit_code, answer.output) == (1, f"rewritten: row 3 is not the one of anchor {anchor}\n")
    factory.services.settings.anchors_file.unlink()
    assert run("audit", "verify").output == "whole: 3 rows, 0 anchors\n"
    assert run("audit", "verify", "--anchor", str(anchor)).exit_code == 1


def test_the_anchor_goes_to_an_address_outside(
    run: Run, factory: UnitOfWorkFactory, people: People, drain: Callable[[], int], capsys: pytest.CaptureFixture[str]
) -> None:
    factory.services.settings.anchor_mail = "auditor@example.org"
    three_facts(factory, people)
    for _ in range(2):
        with factory.writing() as uow:
            end_day(uow)
    drain()
    letter = capsys.readouterr().out
    (anchor,) = set(kept(factory.services.settings.anchors_file))
    assert letter.count("--- mail to auditor@example.org") == 2
    assert f"audit verify --anchor {anchor}" in letter
    assert run("audit", "verify", "--anchor", str(anchor)).output == "whole: 3 rows, 1 anchors\n"


def test_an_empty_log_has_no_end(factory: UnitOfWorkFactory, drain: Callable[[], int]) -> None:
    with factory.writing() as uow:
        end_day(uow)
    drain()
    assert not factory.services.settings.anchors_file.exists()


@pytest.mark.parametrize(
    "text", ["", "3", "3:", "x:" + "0" * 64, "3:" + "0" * 63, "-3:" + "0" * 64, "9" * 16 + ":" + "0" * 64]
)
def test_what_is_no_anchor_is_said_to_be_none(run: Run, text: str) -> None:
    answer = run("audit", "verify", "--anchor", text)
    assert answer.exit_code == 1
    assert "cannot be read" in answer.output
