"""Anybody with a shell can check the audit log, and sees where it was touched."""

from sqlalchemy import text

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
    assert (answer.exit_code, answer.output) == (0, "whole: 3 rows\n")


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
