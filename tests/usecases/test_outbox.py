"""The outbox and its worker: handled once, retried, parked, and never lost."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.audit.models import AuditRow
from marketplace.bases.events import BaseSaved
from marketplace.infra.outbox import LOOK_AGAIN_AFTER, RETRY_AFTER, NotYet, OutboxRow
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.infra.worker import Handler, Survey, Task, Worker
from marketplace.kernel.clock import SetClock
from marketplace.kernel.events import Event

Heard = list[list[int]]


def worker_for(factory: UnitOfWorkFactory, handler: Handler, batch: int = 1) -> Worker:
    """A worker whose one handler hears about bases."""
    subscribed = replace(factory, subscribers={BaseSaved.name: ("hear",)})
    return Worker(subscribed, {"hear": handler}, batch_sizes={"hear": batch})


def listener(heard: Heard) -> Handler:
    """Notes the ids it is told."""

    def hear(_uow: UnitOfWork, events: Sequence[Event]) -> None:
        heard.append([event.payload()["base_id"] for event in events])

    return hear


def announce(worker: Worker, *numbers: int) -> None:
    """Emit one event per number, each in its own transaction."""
    for number in numbers:
        with worker.factory.writing() as uow:
            uow.emit(BaseSaved(number))


def left(factory: UnitOfWorkFactory) -> list[OutboxRow]:
    """What the outbox still holds."""
    with factory.reading() as uow:
        return list(uow.session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def test_events_are_heard_once_and_in_order(factory: UnitOfWorkFactory) -> None:
    heard: Heard = []
    worker = worker_for(factory, listener(heard))
    announce(worker, 1, 2, 3)
    assert worker.drain() == 3
    assert heard == [[1], [2], [3]]
    assert worker.drain() == 0
    assert left(factory) == []


def test_a_worker_of_the_same_process_hears_at_once_and_stops_when_told(factory: UnitOfWorkFactory) -> None:
    told = threading.Event()

    def hear(_uow: UnitOfWork, _events: Sequence[Event]) -> None:
        told.set()

    worker = worker_for(factory, hear)
    for_ever = 3_600.0
    thread = threading.Thread(target=worker.run, args=(for_ever,))
    thread.start()
    announce(worker, 1)
    assert told.wait(20)
    worker.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_a_handler_that_likes_batches_gets_them(factory: UnitOfWorkFactory) -> None:
    heard: Heard = []
    worker = worker_for(factory, listener(heard), batch=2)
    announce(worker, 1, 2, 3)
    worker.drain()
    assert heard == [[1, 2], [3]]


def test_a_failure_is_retried_later_and_parked_in_the_end(factory: UnitOfWorkFactory, clock: SetClock) -> None:
    def fail(_uow: UnitOfWork, _events: Sequence[Event]) -> None:
        raise RuntimeError("the mail server is away")

    worker = worker_for(factory, fail)
    announce(worker, 1)
    for pause in (timedelta(0), *RETRY_AFTER):
        assert worker.step() == 0 if pause else True
        clock.at += pause
        assert worker.step() == 1
    (row,) = left(factory)
    assert row.parked_at is not None
    assert "the mail server is away" in str(row.error)
    clock.forward(days=30)
    assert worker.step() == 0


def test_what_a_failed_handler_wrote_is_rolled_back(factory: UnitOfWorkFactory) -> None:
    def write_and_fail(uow: UnitOfWork, _events: Sequence[Event]) -> None:
        uow.session.add(OutboxRow(at=uow.now(), due_at=uow.now(), event="x", payload={}, handler="x"))
        uow.flush()
        raise RuntimeError

    worker = worker_for(factory, write_and_fail)
    announce(worker, 1)
    worker.step()
    assert [row.handler for row in left(factory)] == ["hear"]


def test_a_worker_that_died_is_replaced_after_a_while(factory: UnitOfWorkFactory, clock: SetClock) -> None:
    heard: Heard = []
    worker = worker_for(factory, listener(heard))
    announce(worker, 1)

    def die(_uow: UnitOfWork, _events: Sequence[Event]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(worker, handlers={"hear": die}).step()
    assert worker.step() == 0
    clock.forward(minutes=11)
    assert worker.step() == 1
    assert heard == [[1]]


def test_a_survey_looks_without_the_write_lock_and_notes_in_the_transaction(factory: UnitOfWorkFactory) -> None:
    heard: Heard = []

    def look(uow: UnitOfWork, events: Sequence[Event]) -> list[int]:
        with factory.writing() as other:  # SQLite would wait here for ever if the survey held its lock.
            other.emit(BaseSaved(99))
        return [event.payload()["base_id"] for event in events]

    def note(uow: UnitOfWork, found: list[int]) -> None:
        heard.append(found)
        if len(heard) == 1:
            raise RuntimeError("the process dies here")

    worker = worker_for(factory, listener(heard), batch=5)
    worker = replace(worker, handlers={"hear": Survey(look, note)})
    announce(worker, 1, 2)
    worker.step()
    assert len(left(factory)) == 2, "nothing is lost"
    factory.clock.at += RETRY_AFTER[0]  # type: ignore[attr-defined]
    worker.drain()
    assert heard == [[1, 2], [1], [2]]
    assert left(factory) == []


def test_one_bad_event_does_not_take_those_along_that_came_with_it(factory: UnitOfWorkFactory, clock: SetClock) -> None:
    heard: Heard = []

    def hear(uow: UnitOfWork, events: Sequence[Event]) -> None:
        if BaseSaved(2) in events:
            raise RuntimeError
        listener(heard)(uow, events)

    worker = worker_for(factory, hear, batch=5)
    announce(worker, 1, 2, 3)
    worker.drain()
    assert heard == []
    announce(worker, 4, 5)
    clock.at += RETRY_AFTER[0]
    worker.drain()
    assert sorted(heard) == [[1], [3], [4, 5]]
    assert [row.payload["base_id"] for row in left(factory)] == [2]


def test_who_has_to_wait_is_asked_again_as_often_as_it_takes(factory: UnitOfWorkFactory, clock: SetClock) -> None:
    heard: Heard = []
    waiting = [NotYet("soon")] * 20

    def hear(uow: UnitOfWork, events: Sequence[Event]) -> None:
        if waiting:
            raise waiting.pop()
        listener(heard)(uow, events)

    worker = worker_for(factory, hear, batch=5)
    announce(worker, 1, 2)
    for _ in range(20):
        worker.drain()
        clock.at += LOOK_AGAIN_AFTER
        assert [(row.attempts, row.error) for row in left(factory)] == [(0, None)] * 2
    worker.drain()
    assert heard == [[1, 2]]


def test_what_is_passed_on_reaches_its_handlers_and_is_not_audited(factory: UnitOfWorkFactory) -> None:
    heard: Heard = []
    worker = worker_for(factory, listener(heard))
    with worker.factory.writing() as uow:
        uow.pass_on(BaseSaved(7))
    worker.drain()
    with factory.reading() as uow:
        assert uow.session.scalars(select(AuditRow)).all() == []
    assert heard == [[7]]


def test_several_workers_hear_everything_once(factory: UnitOfWorkFactory) -> None:
    heard: Heard = []
    worker = worker_for(factory, listener(heard))
    announce(worker, *range(30))
    threads = [threading.Thread(target=worker.drain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.drain()
    assert sorted(number for batch in heard for number in batch) == list(range(30))


def test_a_scheduled_task_runs_once_per_interval_whoever_asks(factory: UnitOfWorkFactory, clock: SetClock) -> None:
    runs: list[int] = []
    task = Task("count", timedelta(hours=1), lambda _uow: runs.append(1))
    workers = [Worker(factory, {}, [task]) for _ in range(2)]
    for _hour in range(3):
        for worker in workers:
            worker.run_due_tasks()
        clock.forward(hours=1)
    assert len(runs) == 3
