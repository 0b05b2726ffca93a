"""Standard texts go out as a file for a lawyer and come back as proposals, never as texts."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from marketplace.accounts.models import User
from marketplace.contracts.standard import firsts
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.standards.models import ClauseProposal, ClauseText
from tests.cli.conftest import Run
from tests.personas import People
from tests.standard_texts import LONGER, in_force, propose

ADMIN = "admin@example.com"


@pytest.fixture
def exported(run: Run, factory: UnitOfWorkFactory, people: People, tmp_path: Path) -> Path:
    """What was exported, for an administrator to be named by his address."""
    with factory.writing() as uow:
        uow.session.execute(update(User).where(User.id == people.administrator.user_id).values(email=ADMIN))
    path = tmp_path / "clauses.json"
    assert run("clauses", "export", path).exit_code == 0
    return path


def edit(path: Path, name: str, **changes: Any) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    next(one for one in content["texts"] if one["slot"] == name).update(changes)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def take_in(run: Run, path: Path, *more: str) -> tuple[int, str]:
    answer = run("clauses", "import", path, "--as", ADMIN, "--reason", "律师审阅意见", *more)
    return answer.exit_code, answer.output


def waiting(factory: UnitOfWorkFactory) -> int:
    with factory.reading() as uow:
        return uow.session.scalar(select(func.count(ClauseProposal.id))) or 0


def test_what_comes_back_as_it_went_out_changes_nothing(run: Run, factory: UnitOfWorkFactory, exported: Path) -> None:
    assert take_in(run, exported) == (0, f"{len(firsts())} texts read, 0 differ, 0 refused.\n")
    assert waiting(factory) == 0


def test_a_changed_text_becomes_a_proposal(run: Run, factory: UnitOfWorkFactory, exported: Path) -> None:
    edit(exported, "contract.confidentiality", paragraphs=LONGER.split("\n"))
    code, said = take_in(run, exported, "--dry-run")
    assert "不少于[-三-]{+五+}年" in said
    assert "would be proposed" in said
    assert (code, waiting(factory)) == (0, 0)
    code, said = take_in(run, exported, "--from", "2026-12-01")
    assert (code, waiting(factory)) == (0, 1)
    with factory.reading() as uow:
        row = uow.session.scalars(select(ClauseProposal)).one()
        assert (row.text, row.reason, row.valid_from.isoformat()) == (LONGER, "律师审阅意见", "2026-12-01")
        assert uow.session.scalar(select(func.count(ClauseText.id))) == 0


def test_what_cannot_be_proposed_is_said_and_the_rest_is(
    run: Run, factory: UnitOfWorkFactory, people: People, exported: Path
) -> None:
    propose(factory, people)
    edit(exported, "contract.confidentiality", paragraphs=["另一版本。"])
    edit(exported, "contract.signing", paragraphs=["口头签署。"])
    edit(exported, "contract.plan", paragraphs=["{delivery}", "在{place}履行。"])
    edit(exported, "contract.dispute", paragraphs=["提交潍坊仲裁委员会仲裁。"])
    code, said = take_in(run, exported)
    assert code == 1
    assert "refused: Somebody else has changed this clause" in said
    assert "refused: This clause says what the platform itself does." in said
    assert "refused: Line 2, character 2: {place} is no placeholder" in said
    assert "4 differ, 3 refused." in said
    assert waiting(factory) == 2


def test_what_was_changed_since_the_export_is_not_overwritten(
    run: Run, factory: UnitOfWorkFactory, people: People, exported: Path
) -> None:
    in_force(factory, people)
    code, said = take_in(run, exported)
    assert (code, waiting(factory)) == (1, 1)
    assert "refused: Somebody else has changed this clause" in said


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        '{"format": "other/1", "texts": []}',
        '{"format": "jiangguo-clauses/1", "texts": [{"slot": "x"}]}',
    ],
)
def test_another_file_is_refused(run: Run, exported: Path, content: str) -> None:
    exported.write_text(content, encoding="utf-8")
    code, said = take_in(run, exported)
    assert (code, said.startswith("Error: This is no file of standard texts")) == (1, True)


def test_a_text_that_there_is_not_is_named(run: Run, exported: Path) -> None:
    edit(exported, "contract.dispute", slot="contract.disputes")
    assert take_in(run, exported) == (1, "Error: There is no standard text called contract.disputes.\n")
