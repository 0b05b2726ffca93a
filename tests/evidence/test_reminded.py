"""Evidence of a text whose signers had to be reminded: the log tells of that, and it proves and disproves nothing."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from marketplace.deals import envelope_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, day_begins
from tests.enveloping import LAST_DAY, send_contract
from tests.evidence.packages import exported, problem, unpacked
from tests.factories import sign
from tests.personas import People


def test_a_reminder_in_the_log_is_no_flaw(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int], clock: SetClock, tmp_path: Path
) -> None:
    document_id = send_contract(factory, people)
    clock.at = day_begins(LAST_DAY - timedelta(days=3)) + timedelta(hours=4)
    with factory.writing() as uow:
        envelope_service.remind_due(uow)
    for who in (people.seller_contact, people.company):
        sign(factory, who, document_id)
    drain()
    content = exported(factory, 1)
    assert b"document.signing_due" in unpacked(content)["events.jsonl"]
    assert problem(tmp_path, content) == ""
