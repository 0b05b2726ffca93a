"""A process that starts takes the rows of figures from files; what it then says is what the database says."""

import json
import os
import resource
import shutil
import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from random import Random

import pytest

from marketplace.audit.models import AuditHead
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.listings.events import ListingMoved
from marketplace.results.models import Result
from marketplace.settings import Settings
from marketplace.statistics import kept_files
from marketplace.statistics.columns import Columns, joined
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.freezing import current_rows
from marketplace.statistics.queries import Filter
from marketplace.statistics.reading import read
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.store import FigureStore, keep
from tests.factories import make_result
from tests.figures import FigureWriter
from tests.histories import ALWAYS, History
from tests.personas import People

C1 = DEFINITIONS[FigureCode.C1]


@pytest.fixture
def started(settings: Settings, factory: UnitOfWorkFactory, people: People) -> Callable[[], int]:
    """How many results a process has that starts now."""

    def count() -> int:
        with factory.reading(people.city_official) as uow:
            return len(FigureStore(settings.figures_dir).columns(uow.session, C1))

    return count


def filed(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing() as uow:
        uow.emit(ListingMoved("need", 1, "close", "published", "closed"))
    with factory.reading(people.city_official) as uow:
        keep(uow)


def publish_unheard(factory: UnitOfWorkFactory, people: People) -> None:
    """A published result that no event tells of, which only a reading of all rows can find."""
    with factory.writing() as uow:
        result = make_result(factory, people)
        uow.session.get_one(Result, result).published_at = uow.now()


def test_files_and_what_happened_since_are_the_database(
    factory: UnitOfWorkFactory, people: People, settings: Settings, clock: SetClock
) -> None:
    clock.at = datetime.fromisoformat("2025-11-20T03:00:00+00:00")
    history = History(FigureWriter(factory, people), clock, Random(3))
    for step in range(12):
        history.step()
        with factory.reading(people.city_official) as uow:
            new = FigureStore(settings.figures_dir)
            for code, definition in DEFINITIONS.items():
                rows = new.columns(uow.session, definition)
                known = rows.take(rows.dated_in(ALWAYS, uow.now()))
                assert sorted(known.rows()) == current_rows(uow.session, Filter(definition, ALWAYS, uow.now())), (
                    step,
                    code,
                )
            if step % 4 == 2:
                keep(uow)


def test_a_process_that_starts_reads_the_file_and_not_all_rows(
    factory: UnitOfWorkFactory, people: People, settings: Settings, started: Callable[[], int]
) -> None:
    publish_unheard(factory, people)
    filed(factory, people)
    publish_unheard(factory, people)
    assert started() == 1
    shutil.rmtree(settings.figures_dir)
    assert started() == 2


def test_a_file_of_another_past_is_not_believed(
    factory: UnitOfWorkFactory, people: People, settings: Settings, started: Callable[[], int]
) -> None:
    publish_unheard(factory, people)
    filed(factory, people)
    publish_unheard(factory, people)
    for path in settings.figures_dir.glob("C1-*"):
        line, rest = path.read_bytes().split(b"\n", 1)
        other = json.dumps(json.loads(line) | {"audit_hash": "f" * 64}).encode().ljust(len(line))
        path.write_bytes(other + b"\n" + rest)
    assert started() == 2


@pytest.mark.parametrize("left", [0, 10, 63, -1, -100])
def test_half_a_file_is_not_believed(
    factory: UnitOfWorkFactory, people: People, settings: Settings, started: Callable[[], int], left: int
) -> None:
    publish_unheard(factory, people)
    filed(factory, people)
    publish_unheard(factory, people)
    for path in settings.figures_dir.glob("C1-*"):
        os.truncate(path, left if left >= 0 else path.stat().st_size + left)
    assert started() == 2


def test_another_definition_has_a_file_of_its_own(
    factory: UnitOfWorkFactory, people: People, settings: Settings
) -> None:
    publish_unheard(factory, people)
    filed(factory, people)
    publish_unheard(factory, people)
    reworded = replace(C1, formula="Results that were shown to somebody.")
    with factory.reading(people.city_official) as uow:
        assert len(FigureStore(settings.figures_dir).columns(uow.session, reworded)) == 2


def test_many_who_file_at_once_leave_one_whole_file(
    factory: UnitOfWorkFactory, people: People, settings: Settings, started: Callable[[], int]
) -> None:
    publish_unheard(factory, people)
    filed(factory, people)

    def save() -> None:
        with factory.reading(people.city_official) as uow:
            for _ in range(5):
                kept_files.save(settings.figures_dir, uow.session, C1, audited_now(uow), all_rows(uow))

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    publish_unheard(factory, people)
    assert started() == 1
    names = sorted(path.name.partition("-")[0] for path in settings.figures_dir.iterdir())
    assert names == sorted(code.value for code in FigureCode)


def audited_now(uow: UnitOfWork) -> int:
    return uow.session.get_one(AuditHead, 1).last_id


def all_rows(uow: UnitOfWork) -> Columns:
    return read(uow.session, C1)


def test_a_file_is_whole_for_whoever_opens_it_while_others_replace_it(
    factory: UnitOfWorkFactory, people: People, settings: Settings
) -> None:
    """Two generations differ in length and in the order of their months; a reader sees one of them."""
    publish_unheard(factory, people)
    filed(factory, people)
    with factory.reading(people.city_official) as uow:
        few, many = all_rows(uow), joined([all_rows(uow)] * 3)
        audited, ended = audited_now(uow), threading.Event()

        def replace_it() -> None:
            with factory.reading(people.city_official) as other:
                while not ended.is_set():
                    for columns in (few, many):
                        kept_files.save(settings.figures_dir, other.session, C1, audited, columns)

        thread = threading.Thread(target=replace_it)
        thread.start()
        found = [kept_files.load(settings.figures_dir, uow.session, C1) for _ in range(200)]
        ended.set()
        thread.join()
    assert {columns.total().value for _, columns in filter(None, found)} <= {1, 3}
    assert None not in found


def test_what_is_no_longer_in_force_and_what_was_never_finished_is_swept_away(
    factory: UnitOfWorkFactory, people: People, settings: Settings
) -> None:
    settings.figures_dir.mkdir()
    old, unfinished, fresh = (settings.figures_dir / name for name in ("C1-0-abc.columns", "x.part", "y.part"))
    for path in (old, unfinished, fresh):
        path.write_bytes(b"1")
    os.utime(unfinished, (0, 0))
    filed(factory, people)
    assert [path.exists() for path in (old, unfinished, fresh)] == [False, False, True]


def test_a_disk_without_room_keeps_nothing_of_a_file(
    factory: UnitOfWorkFactory, people: People, settings: Settings
) -> None:
    publish_unheard(factory, people)
    filed(factory, people)
    before = sorted(settings.figures_dir.iterdir())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with factory.reading(people.city_official) as uow:
        rows = all_rows(uow)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
        try:
            with pytest.raises(OSError, match="File too large"):
                kept_files.save(settings.figures_dir, uow.session, C1, 1, rows)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, ignored)
    assert sorted(settings.figures_dir.iterdir()) == before
