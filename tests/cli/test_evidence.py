"""Whoever runs the machine exports the evidence of a deal into a file of its own."""

from collections.abc import Callable
from pathlib import Path

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from tests.cli.conftest import Run
from tests.evidence.packages import VERIFIER
from tests.factories import make_deal, make_signed
from tests.personas import People


def test_it_is_written_whole_for_its_owner_alone(
    run: Run, factory: UnitOfWorkFactory, people: People, drain: Callable[[], int], tmp_path: Path
) -> None:
    deal_id, out = make_signed(factory, people), tmp_path / "deal.zip"
    drain()
    answer = run("evidence", "export", deal_id, out)
    assert answer.exit_code == 0, answer.output
    assert f"{out}: {out.stat().st_size} bytes" in answer.output
    assert out.stat().st_mode & 0o077 == 0
    assert VERIFIER.check(out) == ""
    assert [path.name for path in tmp_path.glob("deal.zip*")] == ["deal.zip"]


def test_a_file_that_is_there_is_left_alone(
    run: Run, factory: UnitOfWorkFactory, people: People, drain: Callable[[], int], tmp_path: Path
) -> None:
    deal_id, out = make_signed(factory, people), tmp_path / "deal.zip"
    drain()
    out.write_text("mine")
    answer = run("evidence", "export", deal_id, out)
    assert (answer.exit_code, "already" in answer.output, out.read_text()) == (1, True, "mine")


def test_what_cannot_be_proved_leaves_no_file(
    run: Run, factory: UnitOfWorkFactory, people: People, tmp_path: Path
) -> None:
    deal_id = make_deal(factory, people)
    for wanted, said in ((deal_id, "signed by all"), (99, "no such deal")):
        answer = run("evidence", "export", wanted, tmp_path / "out.zip")
        assert (answer.exit_code, said in answer.output) == (1, True), answer.output
    assert list(tmp_path.glob("out.zip*")) == []
    assert run("evidence", "export", deal_id, tmp_path / "nowhere" / "out.zip").exit_code == 1
