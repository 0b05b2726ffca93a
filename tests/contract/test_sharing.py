"""Readers, writers and rebuilds side by side, in threads and in processes."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search_index.document import Document, Query
from search_index.generations import IndexBusyError
from tests.contract.plain import numbered, opened

FORK = multiprocessing.get_context("fork")


def _publish_pairs(folder: Path, count: int) -> None:
    index = opened(folder)
    for number in range(count):
        index.put([numbered(2 * number), numbered(2 * number + 1)])
        if number % 10 == 9:
            index.delete([2 * number, 2 * number + 1])


def _rebuild(folder: Path, times: int, count: int) -> None:
    index = opened(folder)
    for version in range(2, times + 2):
        index.rebuild(numbered(number, version) for number in range(count))


def read_until(stop: threading.Event, read: Callable[[], None], failures: list[BaseException]) -> None:
    try:
        while not stop.is_set():
            read()
    except BaseException as failure:  # noqa: BLE001 - handed to the test's own thread
        failures.append(failure)


def read_in_threads_while(process: multiprocessing.process.BaseProcess, read: Callable[[], None]) -> None:
    stop, failures = threading.Event(), list[BaseException]()
    threads = [threading.Thread(target=read_until, args=(stop, read, failures)) for _ in range(3)]
    process.start()
    for thread in threads:
        thread.start()
    process.join()
    stop.set()
    for thread in threads:
        thread.join()
    assert process.exitcode == 0
    if failures:
        raise failures[0]


def test_readers_see_whole_commits_of_another_process(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    index = opened(tmp_path)
    seen = [0]

    def read() -> None:
        page = index.search(Query("压电陶瓷", sort="at", limit=1_000))
        assert page.total == len(page.hits)
        assert page.total % 2 == 0
        # One commit may delete a pair; to fall further would be a page from before, or of an index that was unreadable.
        known = max(seen)
        assert len(opened(tmp_path).versions()) >= known - 2
        assert len(index.match("压电", "高温", 1_000)) % 2 == 0
        seen.append(page.total)

    read_in_threads_while(FORK.Process(target=_publish_pairs, args=(tmp_path, 60)), read)
    assert len(set(seen)) > 3
    assert not caplog.records
    assert index.search(Query("压电陶瓷")).total == 2 * (60 - 6)
    assert index.status().segments < 16


def test_readers_go_on_while_another_process_rebuilds(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.put(numbered(number) for number in range(100))
    generation = index.status().generation

    def read() -> None:
        assert index.search(Query("压电陶瓷")).total == 100
        assert len(set(index.versions().values())) == 1
        assert len(index.match("压电陶瓷", "", 200)) == 100

    read_in_threads_while(FORK.Process(target=_rebuild, args=(tmp_path, 8, 100)), read)
    assert set(index.versions().values()) == {9}
    assert index.status().generation != generation


def test_two_processes_writing_take_turns(tmp_path: Path) -> None:
    writers = [FORK.Process(target=_put_all, args=(tmp_path, range(start, 60, 3))) for start in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert set(opened(tmp_path).versions()) == set(range(60))


def _put_all(folder: Path, numbers: range) -> None:
    index = opened(folder)
    for number in numbers:
        index.put([numbered(number)])


def test_what_is_written_during_a_rebuild_is_carried_over(tmp_path: Path) -> None:
    index, other = opened(tmp_path), opened(tmp_path)
    index.put(numbered(number) for number in range(1, 9))
    counts: list[int] = []

    def from_the_database() -> Iterator[Document]:
        yield numbered(1, 2)
        other.put([numbered(1, 3), numbered(20, 3)])
        yield numbered(2, 2)
        other.delete([2, 5])
        yield from (numbered(number, 2) for number in (3, 4, 5))
        other.put([numbered(3, 1)])

    assert index.rebuild(from_the_database(), counts.append) == 5
    # 1 and 20 were put meanwhile, 2 and 5 deleted; the older 3 does not replace the newer; 6 to 8 are gone for good.
    assert index.versions() == {1: 3, 20: 3, 3: 2, 4: 2}
    assert other.versions() == index.versions()
    assert counts == [5]


def test_what_a_rebuild_has_read_and_was_deleted_since_stays_deleted(tmp_path: Path) -> None:
    index, other = opened(tmp_path), opened(tmp_path)
    index.put([numbered(1)])

    def from_the_database() -> Iterator[Document]:
        # 2 is younger than the rebuild, and the live index never had 3: that is why it is built anew.
        other.put([numbered(2)])
        yield from (numbered(number) for number in (1, 2, 3, 4))
        other.delete([2, 3, 4])
        other.put([numbered(4, 2)])

    index.rebuild(from_the_database())
    assert index.versions() == {1: 1, 4: 2}
    other.put([numbered(3, 5)])
    assert index.rebuild(numbered(number) for number in range(1, 5)) == 4


def test_carried_over_documents_keep_everything(tmp_path: Path) -> None:
    index = opened(tmp_path)
    kept = Document(7, "ＰＬＣ控制", "压电\n陶瓷", {"county": ("寿光市", "青州市")}, {"at": 2.5}, 4)

    def from_the_database() -> Iterator[Document]:
        yield Document(1, "涂料", "")
        index.put([kept])

    index.rebuild(from_the_database())
    page = index.search(Query("plc 压电", {"county": frozenset({"青州市"})}, ("county", "state"), sort="at"))
    assert [hit.id for hit in page.hits] == [7]
    assert page.facets == {"county": {"寿光市": 1, "青州市": 1}, "state": {"": 1}}
    assert index.versions()[7] == 4


def test_only_one_rebuild_at_a_time(tmp_path: Path) -> None:
    index = opened(tmp_path)

    def from_the_database() -> Iterator[Document]:
        yield numbered(1)
        with pytest.raises(IndexBusyError):
            opened(tmp_path).rebuild([])
        yield numbered(2)

    assert index.rebuild(from_the_database()) == 2


@pytest.mark.parametrize(
    "bad", [Document(1, "", ""), Document(9, "", "", {"colour": ("red",)})], ids=["twice", "unknown name"]
)
def test_a_rebuild_that_fails_changes_nothing(tmp_path: Path, bad: Document) -> None:
    index = opened(tmp_path)
    index.put([numbered(5)])
    with pytest.raises(ValueError, match=r"comes twice|no facet"):
        index.rebuild([numbered(1), bad])
    assert index.versions() == {5: 1}
    index.put([numbered(6)])
    assert index.rebuild([numbered(1)]) == 1
    assert index.versions() == {1: 1}


def test_an_empty_rebuild_empties_the_index(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.put([numbered(5)])
    assert index.rebuild([]) == 0
    assert index.versions() == {}
    index.put([numbered(6)])
    assert index.versions() == {6: 1}


def test_a_rebuild_starts_an_index_where_there_was_none(tmp_path: Path) -> None:
    index = opened(tmp_path / "deep" / "index")
    assert index.rebuild(numbered(number) for number in range(30)) == 30
    assert index.search(Query("压电")).total == 30
