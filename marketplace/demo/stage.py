"""The stage on which the demo is played: a clock set to the past, people as actors, and the worker that follows them.

Use cases are called exactly as a page would call them, and no mail leaves the house.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import cast

from sqlalchemy import Engine, delete, select

from marketplace import wiring
from marketplace.accounts.models import User
from marketplace.infra.append_only import emptied_with_the_rest
from marketplace.infra.database import Base
from marketplace.infra.mail import Mail
from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.infra.worker import Worker
from marketplace.kernel.clock import CHINA, SetClock, china_day
from marketplace.kernel.permissions import SYSTEM, VISITOR, Actor
from marketplace.organisations.actors import actor_of

IP, BROWSER = "192.0.2.1", "demo"
"""An address that belongs to nobody (RFC 5737)."""


BATCH = 200
"""Events a handler gets at once: a year passes in seconds here."""


class SilentMailer:
    """Demo people have no mailboxes."""

    def send(self, mail: Mail) -> None:
        """Let it go."""


@dataclass
class Stage:
    """Ids by the keys of the story, and everybody's password."""

    factory: UnitOfWorkFactory
    clock: SetClock
    worker: Worker
    today: datetime
    password: str
    users: dict[str, int] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)
    parties: dict[str, int] = field(default_factory=dict)
    bases: dict[str, int] = field(default_factory=dict)
    results: dict[str, int] = field(default_factory=dict)
    needs: dict[str, int] = field(default_factory=dict)
    interests: dict[str, int] = field(default_factory=dict)

    @property
    def listings(self) -> Mapping[str, int]:
        """Results and needs together."""
        return {**self.results, **self.needs}

    def moment(self, days_ago: int, clock_time: time) -> datetime:
        """A time of day in China so many days before the day of loading, never later than the loading itself."""
        day = china_day(self.today) - timedelta(days=days_ago)
        return min(datetime.combine(day, clock_time, CHINA), self.today)

    @contextmanager
    def acting(self, key: str) -> Iterator[UnitOfWork]:
        """A unit of work of one person, now by the stage's clock."""
        with self._writing(self.actor(key)) as uow:
            yield uow

    @contextmanager
    def visiting(self) -> Iterator[UnitOfWork]:
        """A unit of work of somebody who is not signed in."""
        with self._writing(VISITOR) as uow:
            yield uow

    @contextmanager
    def by_system(self) -> Iterator[UnitOfWork]:
        """A unit of work of the system."""
        with self._writing(SYSTEM) as uow:
            yield uow

    def actor(self, key: str) -> Actor:
        """The person as a request would have him now."""
        with self.factory.reading() as uow:
            return actor_of(uow.session, uow.session.get_one(User, self.users[key]), IP, BROWSER)

    def settle(self) -> None:
        """Let the worker do what follows. Raises RuntimeError when a handler fails: the demo proves the flow."""
        self.worker.drain()
        with self.factory.reading() as uow:
            failed = uow.session.scalar(select(OutboxRow).where(OutboxRow.error.is_not(None)).limit(1))
        if failed is not None:
            raise RuntimeError(f"{failed.handler} failed on {failed.event}: {failed.error}")

    def run_tasks(self) -> None:
        """What the worker would do on this day because time has passed; the index is told at once anyway, nobody waits,
        and nobody reads a digest."""
        for task in wiring.SCHEDULE:
            if task.name not in {
                "index.reconcile",
                "alerts.prepare",
                "statistics.keep",
                "targets.prepare",
                "digests.announce_due",
            }:
                with self.by_system() as uow:
                    task.run(uow)

    @contextmanager
    def _writing(self, actor: Actor) -> Iterator[UnitOfWork]:
        with self.factory.writing(actor) as uow:
            yield uow


@contextmanager
def set_stage(factory: UnitOfWorkFactory, password: str) -> Iterator[Stage]:
    """A stage on an empty database, which is as empty as before when the play breaks off."""
    today = factory.clock.now()
    clock = SetClock(today)
    services = replace(factory.services, mailer=SilentMailer())
    with _whole_or_nothing(factory.engine) as engine:
        one = replace(factory, engine=engine, clock=clock, services=services)
        worker = Worker(one, wiring.HANDLERS, (), dict.fromkeys(wiring.HANDLERS, BATCH))
        yield Stage(one, clock, worker, today, password)


@contextmanager
def _whole_or_nothing(engine: Engine) -> Iterator[Engine]:
    """On SQLite every unit of work is a savepoint of one transaction, so that even a power cut leaves nothing.

    On PostgreSQL one transaction would drag thousands of dead outbox rows along, ten times slower; there the tables are emptied.
    """
    if engine.name == "sqlite":
        writer = engine.execution_options(writing=True)
        # Sessions on a connection that has a savepoint open end in savepoints of their own.
        with writer.connect() as connection, connection.begin(), connection.begin_nested():
            yield cast(Engine, connection)
        return
    try:
        yield engine
    except BaseException:
        with engine.begin() as connection, emptied_with_the_rest(connection):
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(delete(table))
        raise
