"""Processes of the service that die of SIGKILL just before or just after one of their writes.

A write is what others can see: a commit, a file that takes its place, a mail that goes out. Each process makes a runtime of its
own, as another process of the service would. Nothing here asserts.
"""

import json
import os
import signal
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine.default import DefaultDialect
from werkzeug.serving import make_server

from marketplace.app import build_runtime
from marketplace.infra.mail import Mail, Mailer
from marketplace.infra.outbox import OutboxRow
from marketplace.kernel.clock import SetClock
from marketplace.settings import Settings
from marketplace.web.context import EXTENSION, Runtime
from marketplace.wiring import INDEXER
from tests.crash.starting import STARTING
from tests.world import site_of

LOOK_AGAIN = timedelta(seconds=20)
"""Longer than what only has to wait is put off."""


@dataclass
class Fate:
    """Counts the moments before and after each write of a kind of process, however often it starts anew, and ends it at one."""

    at: int | None = None
    lived: Any = field(default_factory=lambda: STARTING.Value("i", 0))

    def strike(self) -> None:
        """One more moment has come."""
        with self.lived.get_lock():
            self.lived.value += 1
            is_due = self.lived.value == self.at
        if is_due:  # Not while it holds what others wait for.
            os.kill(os.getpid(), signal.SIGKILL)

    def rule_this_process(self) -> None:
        """From here on each write of this process is a moment before and one after."""
        commit: Any = DefaultDialect.do_commit
        take_place = os.replace

        def do_commit(dialect: Any, connection: Any) -> None:
            self.strike()
            commit(dialect, connection)
            self.strike()

        def do_replace(*args: Any, **kw: Any) -> None:
            self.strike()
            take_place(*args, **kw)
            self.strike()

        DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
        os.replace = do_replace


@dataclass(frozen=True)
class FiledMail:
    """Writes a line for each mail that goes out."""

    path: Path
    fate: Fate

    def send(self, mail: Mail) -> None:
        """Whom it goes to, and what it says."""
        self.fate.strike()
        with self.path.open("a") as file:
            file.write(json.dumps([mail.to, mail.subject]) + "\n")
        self.fate.strike()


def started(settings: Settings, now: datetime, fate: Fate) -> Runtime:
    """What a process has that starts at a moment."""
    runtime = build_runtime(settings, SetClock(now))
    mailer: Mailer = FiledMail(settings.data_dir / "mails", fate)
    factory = replace(runtime.factory, services=replace(runtime.factory.services, mailer=mailer))
    return replace(runtime, factory=factory, worker=replace(runtime.worker, factory=factory))


def serve(settings: Settings, now: datetime, fate: Fate, told: Connection) -> None:
    """The pages, on a port that is told."""
    site = site_of(settings)
    site.config.update(SECRET_KEY=settings.secret_key, TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    site.extensions[EXTENSION] = started(settings, now, fate)
    fate.rule_this_process()
    server = make_server("127.0.0.1", 0, site, threaded=True)
    told.send(server.port)
    server.serve_forever()


def work(settings: Settings, now: datetime, fate: Fate) -> None:
    """The outbox, until nothing is left in it."""
    runtime = started(settings, now, fate)
    clock = runtime.factory.clock
    assert isinstance(clock, SetClock)
    fate.rule_this_process()
    INDEXER.heal_all(runtime.factory)
    while _left(runtime):
        if not runtime.worker.drain():
            clock.forward(seconds=LOOK_AGAIN.total_seconds())


def _left(runtime: Runtime) -> int:
    with runtime.factory.reading() as uow:
        return uow.session.scalar(select(func.count(OutboxRow.id))) or 0
