"""The unit of work: session, actor and clock of one use case, and the only commit in the tree.

An event, its audit row, its outbox rows and the change itself are written in one transaction. The audit log lies in a layer
above, so the composition root hands in its recorder.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from marketplace.infra import outbox
from marketplace.infra.certificates import CertificateProvider
from marketplace.infra.database import Base
from marketplace.infra.files import FileStore
from marketplace.infra.mail import Mailer
from marketplace.infra.processor import PaymentProcessor
from marketplace.infra.sms import SmsSender
from marketplace.infra.timestamps import TimeStampAuthority
from marketplace.kernel.clock import Clock
from marketplace.kernel.errors import DomainError
from marketplace.kernel.events import Event
from marketplace.kernel.permissions import SYSTEM, Actor
from marketplace.settings import Settings
from search_index.index import SearchIndex
from search_index.meaning import Meanings

Recorder = Callable[[Session, Actor, datetime, Sequence[Event]], None]


@dataclass
class Services:
    """What use cases may reach beside the database."""

    settings: Settings
    files: FileStore
    mailer: Mailer
    catalogues: Mapping[str, SearchIndex]
    """The search index of each kind of listing, `result` and `need`."""
    meanings: Meanings
    """What the texts of both have taught about their words."""
    certificates: CertificateProvider
    sms: SmsSender | None = None
    """None while no provider of text messages is connected."""
    processor: PaymentProcessor | None = None
    """None while nobody pays online."""
    stamps: TimeStampAuthority = field(default_factory=TimeStampAuthority)
    """Asks nobody while no time-stamp authority is set."""

    @property
    def can_find_all(self) -> bool:
        """Whether both indexes hold all there is; what is not found now may well be there in a minute."""
        return all(index.is_whole() for index in self.catalogues.values())


@dataclass
class UnitOfWork:
    """One transaction, one actor, one clock."""

    session: Session
    actor: Actor
    clock: Clock
    services: Services
    events: list[Event] = field(default_factory=list)
    passed_on: list[Event] = field(default_factory=list)
    insisted: list[Base] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.services.settings

    def now(self) -> datetime:
        """UTC now, by this unit's clock."""
        return self.clock.now()

    def emit(self, event: Event) -> None:
        """Announce a fact; it is audited and handed to the handlers if and only if this unit commits."""
        self.events.append(event)

    def pass_on(self, event: Event) -> None:
        """Hand an event to its handlers without a row in the audit log: it only follows from something that has one."""
        self.passed_on.append(event)

    def insist(self, row: Base) -> None:
        """Add a row that is written even when this unit is refused, such as a failed attempt that has to count."""
        self.insisted.append(row)

    def flush(self) -> None:
        """Send pending rows to the database, so that they have ids."""
        self.session.flush()


@dataclass
class UnitOfWorkFactory:
    """Makes units of work; `subscribers` maps an event's name to the names of its handlers."""

    engine: Engine
    clock: Clock
    services: Services
    record: Recorder
    subscribers: Mapping[str, tuple[str, ...]]
    bell: threading.Event = field(default_factory=threading.Event)
    """Rung when something was announced: a worker in this process need not wait until it looks again."""

    @contextmanager
    def writing(self, actor: Actor = SYSTEM, clock: Clock | None = None) -> Iterator[UnitOfWork]:
        """A transaction that commits when the block ends and rolls back when it raises, but for rows insisted on."""
        writer = self.engine.execution_options(writing=True)
        with Session(writer, expire_on_commit=False) as session:
            uow = UnitOfWork(session, actor, clock or self.clock, self.services)
            try:
                yield uow
            except DomainError:
                if uow.insisted:
                    session.rollback()
                    uow.events.clear()
                    uow.passed_on.clear()
                    self._finish(uow)
                raise
            self._finish(uow)

    def _finish(self, uow: UnitOfWork) -> None:
        uow.session.add_all(uow.insisted)
        uow.session.flush()
        self._announce(uow)
        uow.session.commit()
        if uow.events or uow.passed_on:
            self.bell.set()

    @contextmanager
    def reading(self, actor: Actor = SYSTEM, clock: Clock | None = None) -> Iterator[UnitOfWork]:
        """A consistent view that is never written."""
        # On a connection with a transaction (the demo's stage) nothing has to be undone, which takes SQLite milliseconds.
        with Session(self.engine, expire_on_commit=False, join_transaction_mode="rollback_only") as session:
            yield UnitOfWork(session, actor, clock or self.clock, self.services)
            if session.new or session.dirty or session.deleted:
                raise RuntimeError("a reading unit of work must not change anything")

    def _announce(self, uow: UnitOfWork) -> None:
        """Outbox rows first; the audit head, which everybody needs, is locked last and shortest."""
        now = uow.now()
        for event in (*uow.events, *uow.passed_on):
            outbox.add(uow.session, event, self.subscribers.get(event.name, ()), now)
        uow.session.flush()
        self.record(uow.session, uow.actor, now, uow.events)
