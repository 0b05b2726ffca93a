"""The worker: claims outbox rows, runs their handlers, keeps the schedule. One per process, any number of processes."""

import logging
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from marketplace.infra import outbox
from marketplace.infra.outbox import NotYet, OutboxRow, ScheduledRun
from marketplace.infra.unit_of_work import Services, UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.events import Event, revive

log = logging.getLogger(__name__)

Handler = Callable[[UnitOfWork, Sequence[Event]], None]
Load = TypeVar("Load")


def nothing_to_note(_uow: UnitOfWork, _load: object) -> None:
    """What was carried changes nothing here."""


@dataclass(frozen=True)
class Courier(Generic[Load]):
    """A handler that does slow work outside, such as mail: SQLite's one write lock must not be held meanwhile.

    `prepare` reads what is to be carried, or None; `act` carries it, outside any transaction; `record` notes that it is done,
    in the transaction that deletes the outbox row. When `act` raises, or the process dies after it, it is done again.
    """

    prepare: Callable[[UnitOfWork, Event], Load | None]
    act: Callable[[Services, Load], None]
    record: Callable[[UnitOfWork, Load], None] = nothing_to_note

    def begin(self, factory: UnitOfWorkFactory, events: Sequence[Event]) -> Callable[[UnitOfWork], None]:
        """Prepare and act for each event; returns what is left to do in the transaction. Raises what `act` raises."""
        with factory.reading() as uow:
            loads = [load for event in events if (load := self.prepare(uow, event)) is not None]
        for load in loads:
            self.act(factory.services, load)

        def finish(uow: UnitOfWork) -> None:
            for load in loads:
                self.record(uow, load)

        return finish


@dataclass(frozen=True)
class Survey(Generic[Load]):
    """A handler that reads and computes for long and writes little: the write lock is taken for the little alone.

    `look` sees the database and the indexes as they are before `note`, in the transaction that deletes the outbox rows, writes
    down what was found; what may have changed in between is for `note` to look at again.
    """

    look: Callable[[UnitOfWork, Sequence[Event]], Load]
    note: Callable[[UnitOfWork, Load], None]

    def begin(self, factory: UnitOfWorkFactory, events: Sequence[Event]) -> Callable[[UnitOfWork], None]:
        """Look; returns what is left to do in the transaction."""
        with factory.reading() as uow:
            found = self.look(uow, events)
        return lambda uow: self.note(uow, found)


@dataclass(frozen=True)
class Task:
    """A scheduled task: a use case without input, run by the system every so often.

    One that only reads, and computes for long, does not take the write lock.
    """

    name: str
    every: timedelta
    run: Callable[[UnitOfWork], None]
    only_reads: bool = False


@dataclass
class Worker:
    """Runs handlers by name. `batch_sizes` says how many events a handler likes to have at once (default one)."""

    factory: UnitOfWorkFactory
    handlers: Mapping[str, Handler | Courier[Any] | Survey[Any]]
    schedule: Sequence[Task] = ()
    batch_sizes: Mapping[str, int] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, pause_seconds: float = 0.5) -> None:
        """Work until told to stop; a failure of the loop itself is logged and does not end it.

        Between two looks it waits, unless this process announces something.
        """
        while not self.stopping.is_set():
            # Before looking: what is announced from here on ends the wait below.
            self.factory.bell.clear()
            try:
                busy = self.step()
                self.run_due_tasks()
            except Exception:
                log.exception("worker: step failed")
                busy = False
            if not busy and not self.stopping.is_set():
                self.factory.bell.wait(pause_seconds)

    def stop(self) -> None:
        """End after what is being handled."""
        self.stopping.set()
        self.factory.bell.set()

    def drain(self) -> int:
        """Work until nothing is due; returns how many rows were handled."""
        handled = 0
        while count := self.step():
            handled += count
        return handled

    def step(self) -> int:
        """Claim the rows of one handler and run it; returns how many rows were claimed."""
        with self.factory.reading() as uow:  # An idle worker must not take SQLite's one write lock twice a second.
            if not outbox.anything_due(uow.session, uow.now()):
                return 0
        with self.factory.writing() as uow:
            rows = outbox.claim(uow.session, uow.now(), self.batch_sizes)
            batch = self._batch(rows)
            for row in rows:
                if row not in batch:
                    row.claimed_until, row.attempts = None, row.attempts - 1
        if batch:
            self._handle(batch)
        return len(batch)

    def _batch(self, rows: Sequence[OutboxRow]) -> Sequence[OutboxRow]:
        """Those that are handled together. One that has failed before is tried alone: it may be to blame for the others."""
        if not rows or rows[0].attempts > 1:
            return rows[:1]
        return [row for row in rows if row.attempts == 1]

    def _handle(self, rows: Sequence[OutboxRow]) -> None:
        """Run the handler and delete its rows in one transaction; on failure put the rows back for later."""
        ids = [row.id for row in rows]
        try:
            events = [revive(row.event, row.payload) for row in rows]
            handler = self.handlers[rows[0].handler]
            finish = self._begin(handler, events)
            with self.factory.writing() as uow:
                finish(uow)
                uow.session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids)))
        except NotYet as reason:
            log.info("outbox: %s waits: %s", rows[0].handler, reason)
            self._put_back(ids, outbox.postponed)
        except Exception:
            log.exception("outbox: %s failed on rows %s", rows[0].handler, ids)
            self._put_back(ids, partial(outbox.failed, error=traceback.format_exc()))

    def _begin(
        self, handler: Handler | Courier[Any] | Survey[Any], events: Sequence[Event]
    ) -> Callable[[UnitOfWork], None]:
        """Do what needs no transaction; returns the rest."""
        if isinstance(handler, Courier | Survey):
            return handler.begin(self.factory, events)
        plain: Handler = handler
        return lambda uow: plain(uow, events)

    def _put_back(self, ids: Sequence[int], how: Callable[[OutboxRow, datetime], None]) -> None:
        with self.factory.writing() as uow:
            for row in uow.session.scalars(select(OutboxRow).where(OutboxRow.id.in_(ids))):
                how(row, uow.now())

    def run_due_tasks(self) -> None:
        """Run every task whose interval has passed since any worker last ran it."""
        with self.factory.reading() as uow:
            last = {run.task: run.last_at for run in uow.session.scalars(select(ScheduledRun))}
            now = uow.now()
        for task in self.schedule:
            before = last.get(task.name)
            if (before is None or now - before >= task.every) and self._claim(task, before, now):
                try:
                    with self.factory.reading() if task.only_reads else self.factory.writing() as uow:
                        task.run(uow)
                except Exception:
                    log.exception("schedule: %s failed", task.name)

    def _claim(self, task: Task, last: datetime | None, now: datetime) -> bool:
        """Whether this worker is the one to run the task now."""
        try:
            with self.factory.writing() as uow:
                if last is None:
                    uow.session.add(ScheduledRun(task=task.name, last_at=now))
                    return True
                claimed = (
                    update(ScheduledRun)
                    .where(ScheduledRun.task == task.name, ScheduledRun.last_at == last)
                    .values(last_at=now)
                    .returning(ScheduledRun.task)
                )
                return uow.session.scalar(claimed) is not None
        except IntegrityError:
            return False  # Another worker ran it for the first time at the same moment.
