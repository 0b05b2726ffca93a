"""kill -9 of the process that indexes, during commits, merges and swaps, while another one serves pages.

After each kill one reconcile brings the index back to what the database says; no page ever fails or shows half an index.
"""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.listings.handlers import index_of
from marketplace.listings.rules import ListingKind
from marketplace.results import indexing
from marketplace.settings import Settings
from search_index.document import Query
from tests.crash.indexing import PHASES, STEADY, Report, keep_indexing, keep_reading, reconcile
from tests.crash.starting import STARTING, process_of
from tests.factories import make_result
from tests.personas import People

STEADY_ONES, CHANGING_ONES = 20, 40
TRIES = 12


@pytest.fixture
def published(factory: UnitOfWorkFactory, people: People) -> None:
    """Listings nobody changes, and listings that change all the time, all of them indexed."""
    for number in range(STEADY_ONES):
        make_result(factory, people, title=f"{STEADY}{number}号", county="qingzhou")
    for number in range(CHANGING_ONES):
        make_result(factory, people, title=f"焊接工装{number}号", county=("shouguang", "zhucheng")[number % 2])
    with factory.reading() as uow:
        index = index_of(uow, ListingKind.RESULT)
        index.warm()
        index.put(indexing.documents(uow.session, sorted(indexing.versions(uow.session))))


@pytest.mark.usefixtures("published")
def test_an_indexer_killed_in_each_of_its_works_loses_nothing(settings: Settings, factory: UnitOfWorkFactory) -> None:
    _kill(settings, factory, each=3, seed=_seed())


@pytest.mark.soak
@pytest.mark.usefixtures("published")
def test_an_indexer_killed_seventy_five_times_loses_nothing(settings: Settings, factory: UnitOfWorkFactory) -> None:
    _kill(settings, factory, each=25, seed=_seed())


def _seed() -> int:
    """Another one each time; JIANGGUO_CRASH_SEED repeats a failure."""
    return int(os.environ.get("JIANGGUO_CRASH_SEED", time.time_ns() % 1_000_000))


def _kill(settings: Settings, factory: UnitOfWorkFactory, each: int, seed: int) -> None:
    """Kill in the middle of each phase so many times; kills that came too late are looked at as well, and tried again."""
    rng, said = random.Random(seed), f"JIANGGUO_CRASH_SEED={seed}"
    took = dict.fromkeys(PHASES, 0.03)
    with _pages(settings, said):
        for number, phase in enumerate(PHASES * each):
            for _ in range(TRIES):
                in_the_middle = _killed_in(phase, settings, rng, took)
                _run(process_of(reconcile, settings), said)
                _check(factory, f"{said}, kill {number} in {phase}")
                if in_the_middle:
                    break
            else:
                pytest.fail(f"never killed in the middle of a {phase}; {said}")


@contextmanager
def _pages(settings: Settings, said: str) -> Iterator[None]:
    here, there = STARTING.Pipe()
    reader = process_of(keep_reading, settings, STEADY_ONES, there)
    reader.start()
    try:
        yield
        here.send("stop")
        assert here.poll(60), said
        report: Report = here.recv()
    finally:
        reader.kill()
        reader.join()
    assert not report.failures, (said, report.failures[:3])
    assert report.pages > 0, said


def _killed_in(phase: str, settings: Settings, rng: random.Random, took: dict[str, float]) -> bool:
    """Kill an indexer at a random moment of a phase; whether that had not ended then. Notes how long phases take."""
    here, there = STARTING.Pipe()
    indexer = process_of(keep_indexing, settings, rng.randrange(2**32), there)
    indexer.start()
    begun, rounds = dict[str, float](), rng.randint(1, 2)
    while rounds:
        assert here.poll(60), "the indexer says nothing"
        name, what, at = here.recv()
        if what == "end":
            took[name] = (took[name] + at - begun[name]) / 2
        begun[name] = at
        rounds -= name == phase and what == "begin"
    time.sleep(rng.uniform(0, took[phase]))
    indexer.kill()
    indexer.join()
    # While this process holds the other end there is no end to what may be read.
    there.close()
    return (phase, "end") not in _rest(here)


def _rest(pipe: Connection) -> list[tuple[str, str]]:
    said = []
    try:
        while pipe.poll():
            name, what, _ = pipe.recv()
            said.append((name, what))
    except (EOFError, OSError):
        pass  # Killed in the middle of saying something.
    return said


def _run(process: ForkServerProcess, said: str) -> None:
    process.start()
    process.join(60)
    assert process.exitcode == 0, said


def _check(factory: UnitOfWorkFactory, said: str) -> None:
    """The index holds what the database says, finds all of it, and its counts agree."""
    with factory.reading() as uow:
        wanted, index = indexing.versions(uow.session), index_of(uow, ListingKind.RESULT)
    assert index.versions() == wanted, said
    page = index.search(Query("焊接", facets=("county",), limit=1_000))
    assert {hit.id for hit in page.hits} == set(wanted), said  # Their problem names welding, whatever their title does.
    assert sum(page.facets["county"].values()) == len(wanted), said
    assert not index.status().damaged, said
