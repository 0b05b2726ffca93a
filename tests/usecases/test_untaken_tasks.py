"""Tasks that wait although no worker lives are told of; a worker that has much to do is not taken for dead."""

from datetime import datetime, timedelta

import pytest

from marketplace.infra.outbox import OutboxRow, ScheduledRun, untaken_since
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock


def since(factory: UnitOfWorkFactory) -> datetime | None:
    with factory.reading() as uow:
        return untaken_since(uow.session, uow.now())


def wait(factory: UnitOfWorkFactory) -> datetime:
    """Something was committed just now."""
    with factory.writing() as uow:
        uow.session.add(OutboxRow(at=uow.now(), due_at=uow.now(), event="x", payload={}, handler="h"))
        return uow.now()


def test_what_nobody_takes_is_told_of_after_a_while(factory: UnitOfWorkFactory, clock: SetClock) -> None:
    assert since(factory) is None
    at = wait(factory)
    clock.forward(minutes=1)
    assert since(factory) is None, "a worker may be about to take it"
    clock.forward(minutes=1)
    assert since(factory) == at


@pytest.mark.parametrize(("minutes", "is_missed"), [(4, False), (5, True)])
def test_a_worker_that_keeps_the_schedule_is_alive(
    factory: UnitOfWorkFactory, clock: SetClock, minutes: int, is_missed: bool
) -> None:
    with factory.writing() as uow:
        uow.session.add(ScheduledRun(task="t", last_at=uow.now()))
    wait(factory)
    clock.forward(minutes=minutes)
    assert (since(factory) is not None) == is_missed


def test_a_worker_with_a_long_task_in_hand_is_alive(factory: UnitOfWorkFactory, clock: SetClock) -> None:
    wait(factory)
    with factory.writing() as uow:
        until = uow.now() + timedelta(minutes=10)
        uow.session.add(
            OutboxRow(at=uow.now(), due_at=uow.now(), event="x", payload={}, handler="h", claimed_until=until)
        )
    clock.forward(minutes=9)
    assert since(factory) is None
    clock.forward(minutes=2)
    assert since(factory) is not None, "whoever held it has died"


def test_what_is_parked_or_not_due_waits_for_nobody(factory: UnitOfWorkFactory, clock: SetClock) -> None:
    with factory.writing() as uow:
        now, later = uow.now(), uow.now() + timedelta(hours=2)
        parked = OutboxRow(at=now, due_at=now, event="x", payload={}, handler="h", parked_at=now)
        uow.session.add_all([parked, OutboxRow(at=now, due_at=later, event="x", payload={}, handler="h")])
    clock.forward(hours=1)
    assert since(factory) is None
