"""What a supervisor reads."""

import json

from marketplace import __version__
from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from search_index.document import Document
from tests.cli.conftest import Run
from tests.factories import make_need, make_result
from tests.personas import People


def test_status_counts_what_is_there(run: Run, factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people)
    make_result(factory, people)
    make_need(factory, people)
    factory.services.catalogues["result"].put([Document(1, "焊接", "防变形工装")])
    with factory.writing() as uow:
        now = uow.now()
        uow.session.add_all(
            [
                OutboxRow(at=now, due_at=now, event="x", payload={}, handler="h"),
                OutboxRow(at=now, due_at=now, event="x", payload={}, handler="h", parked_at=now),
            ]
        )
    found = json.loads(run("status", "--json").output)
    counts = {name: value for name, value in found.items() if isinstance(value, int)}
    assert counts == {
        "results": 2,
        "needs": 1,
        "deals": 0,
        "index_documents": 1,
        "outbox_pending": 1,
        "outbox_parked": 1,
    }
    assert found["alerts"] == {"instant": 0, "daily": 0, "weekly": 0, "waiting": 0}
    assert found["online_payments"] == {"waiting": 0, "differs": 0, "other_account": 0, "differences": 0}
    assert found["versions"]["jiangguo"] == __version__
    assert set(found["versions"]) == {"jiangguo", "python", "sqlalchemy", "whoosh"}
    assert "migration" in found


def test_status_for_people_has_the_same_names(run: Run) -> None:
    answer = run("status")
    assert answer.exit_code == 0
    assert [line.split()[0] for line in answer.output.splitlines()] == list(json.loads(run("status", "--json").output))
