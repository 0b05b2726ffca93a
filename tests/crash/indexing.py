"""The processes of the crash test: one that changes listings and keeps their index until it is killed, one that serves pages.

Each makes a runtime of its own, as another process of the service would. Nothing here asserts.
"""

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import select

from marketplace.app import build_runtime, create_app
from marketplace.infra.worker import Worker
from marketplace.kernel.clock import SystemClock
from marketplace.listings.events import ListingMoved
from marketplace.listings.handlers import index_of
from marketplace.listings.rules import ListingKind
from marketplace.results.models import Result
from marketplace.results.rules import ResultState
from marketplace.settings import Settings
from marketplace.web.context import Runtime
from marketplace.wiring import INDEXER

STEADY = "恒压水箱"
"""Stands in the titles of those listings that nobody changes: every search for it finds them all, at any time."""

COMMIT, MERGE, SWAP = "commit", "merge", "swap"
PHASES = (COMMIT, MERGE, SWAP)

_BEFORE_A_MERGE = 9
"""The large segment of a rebuild, and eight of one document each: the next commit takes these eight together."""
_ADDRESSES = ("/results", f"/results?q={STEADY}", "/results?q=焊接&county=qingzhou", "/search?q=焊接")


@dataclass(frozen=True)
class Report:
    """What the process that serves pages has seen."""

    pages: int
    failures: tuple[str, ...]


def keep_indexing(settings: Settings, seed: int, told: Connection) -> None:
    """Change listings and index them, for ever; says (phase, "begin" or "end", when) on the way."""
    house = _Indexing(settings, random.Random(seed))
    acts: Mapping[str, Callable[[], None]] = {COMMIT: house.change, MERGE: house.merge, SWAP: house.rebuild}
    while True:
        for phase in PHASES:
            if phase == MERGE:
                house.prepare_a_merge()
            told.send((phase, "begin", time.monotonic()))
            acts[phase]()
            told.send((phase, "end", time.monotonic()))


def reconcile(settings: Settings) -> None:
    """What the schedule does at night."""
    with build_runtime(settings, SystemClock()).factory.writing() as uow:
        INDEXER.reconcile(uow)


@dataclass
class _Indexing:
    settings: Settings
    rng: random.Random

    def __post_init__(self) -> None:
        runtime: Runtime = build_runtime(self.settings, SystemClock())
        # Nobody is told anything: what follows from the index is not what this is about.
        self.factory = replace(runtime.factory, subscribers={ListingMoved.name: ("index",)})
        self.worker = Worker(self.factory, {"index": INDEXER.handle})
        with self.factory.reading() as uow:
            self.index = index_of(uow, ListingKind.RESULT)
            wanted = select(Result.id).where(~Result.title.contains(STEADY)).order_by(Result.id)
            self.changing = list(uow.session.scalars(wanted))

    @property
    def segments(self) -> int:
        """How many the live index has."""
        return self.index.status().segments

    def prepare_a_merge(self) -> None:
        """One large segment, and as many small ones as the next commit takes together."""
        self.rebuild()
        for result_id in self.rng.sample(self.changing[1:], _BEFORE_A_MERGE - 1):
            self.change(result_id, ResultState.PUBLISHED)

    def merge(self) -> None:
        """A change whose commit takes small segments together. Raises RuntimeError where it did not."""
        self.change(self.changing[0], ResultState.PUBLISHED)
        if self.segments >= _BEFORE_A_MERGE:
            raise RuntimeError("nothing was merged")

    def change(self, result_id: int | None = None, state: ResultState | None = None) -> None:
        """Publish, pause or rewrite a listing, and let the worker index it."""
        with self.factory.writing() as uow:
            result = uow.session.get_one(Result, result_id or self.rng.choice(self.changing))
            before = result.state
            result.state = state or self.rng.choice((ResultState.PUBLISHED, ResultState.PUBLISHED, ResultState.PAUSED))
            result.version += 1
            result.title = f"焊接工装 第{result.version}版"
            uow.emit(ListingMoved(result.kind.value, result.id, "resume", before, result.state))
        self.worker.drain()

    def rebuild(self) -> None:
        """A new generation from the database, and the swap."""
        with self.factory.reading() as uow:
            INDEXER.rebuild(uow, ListingKind.RESULT, lambda _done, _all: None)


def keep_reading(settings: Settings, steady: int, stop: Connection) -> None:
    """Ask for pages until told to stop, then say what was wrong with any of them."""
    pages, failures = 0, list[str]()
    logging.getLogger().addHandler(_Collector(failures))
    client = create_app(settings).test_client()
    while not stop.poll():
        for address in _ADDRESSES:
            status = client.get(address).status_code
            if status not in {200, 302, 303}:
                failures.append(f"{address} answered {status}")
            pages += 1
        found: dict[str, Any] = client.get(f"/api/v1/results?q={STEADY}").get_json()
        if found["total"] != steady:
            failures.append(f"{found['total']} of {steady} listings were found")
    stop.send(Report(pages, tuple(failures)))


class _Collector(logging.Handler):
    """Whatever is logged as an error is one, even where the page came."""

    def __init__(self, failures: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._failures = failures

    def emit(self, record: logging.LogRecord) -> None:
        self._failures.append(self.format(record))
