"""What is on the disk after a crash, and what becomes of an index that was damaged."""

import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from search_index.document import Query
from search_index.index import SearchIndex
from tests.contract.plain import numbered, opened

FORK = multiprocessing.get_context("fork")
STEPS = ("fsync", "rename", "replace", "remove", "unlink", "rmdir")
"""Every call by which a write becomes lasting or something is taken away."""


def _kill_at(step: int) -> None:
    """Have this process killed just before its step-th lasting call."""
    done = 0

    def before(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*values: Any, **named: Any) -> Any:
            nonlocal done
            done += 1
            if done == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*values, **named)

        return counted

    for name in STEPS:
        setattr(os, name, before(getattr(os, name)))


def _run_until(step: int, change: Callable[[SearchIndex], object], folder: Path) -> None:
    _kill_at(step)
    change(opened(folder))


def states_after_kills(folder: Path, change: Callable[[SearchIndex], object]) -> Iterator[dict[int, int]]:
    """Kill a process that makes the change before its 1st, 2nd, 3rd … lasting call, until it survives."""
    for step in range(1, 100):
        process = FORK.Process(target=_run_until, args=(step, change, folder))
        process.start()
        process.join()
        index = opened(folder)
        assert not index.status().damaged
        state = index.versions()
        assert index.search(Query("压电陶瓷", limit=0)).total == len(state)
        yield state
        if process.exitcode == 0:
            return
        assert process.exitcode == -signal.SIGKILL
    pytest.fail("the change never came to its end")


def test_a_put_killed_anywhere_happened_whole_or_not_at_all(tmp_path: Path) -> None:
    index = opened(tmp_path)
    for number in range(1, 9):
        index.put([numbered(number)])
    before = index.versions()
    after = before | {1: 2, 50: 2, 51: 2}

    # The ninth segment makes this commit merge the others, so the kills fall into a merge as well.
    states = list(
        states_after_kills(tmp_path, lambda again: again.put([numbered(1, 2), numbered(50, 2), numbered(51, 2)]))
    )

    assert before in states
    assert states[-1] == after
    assert all(state in (before, after) for state in states)
    opened(tmp_path).put([numbered(99)])
    assert opened(tmp_path).versions() == after | {99: 1}


def test_the_very_first_put_killed_anywhere_happened_whole_or_not_at_all(tmp_path: Path) -> None:
    states = list(states_after_kills(tmp_path / "new", lambda again: again.put([numbered(1)])))
    assert states[0] == {}
    assert states[-1] == {1: 1}
    assert all(state in ({}, {1: 1}) for state in states)


def test_a_rebuild_killed_anywhere_leaves_the_old_or_the_new_index(tmp_path: Path) -> None:
    before, after = {1: 1, 2: 1, 3: 1}, {2: 2, 7: 2}
    opened(tmp_path).put(numbered(number) for number in before)

    states = list(states_after_kills(tmp_path, lambda again: again.rebuild(numbered(number, 2) for number in after)))

    assert before in states
    assert states[-1] == after
    assert all(state in (before, after) for state in states)
    assert len(list(tmp_path.glob("generation-*"))) == 1


def test_what_a_kill_leaves_behind_is_swept_by_the_next_write(tmp_path: Path) -> None:
    opened(tmp_path).put([numbered(1)])
    (generation,) = tmp_path.glob("generation-*")
    (generation / "_MAIN_2.toc.1700000000.0").write_bytes(b"half")
    (generation / "MAIN_0123456789abcdef.arrays").write_bytes(b"half")
    opened(tmp_path).put([numbered(2)])
    assert opened(tmp_path).versions() == {1: 1, 2: 1}
    assert not list(generation.glob("*.toc.*"))
    assert not (generation / "MAIN_0123456789abcdef.arrays").exists()


def test_everything_a_table_of_contents_names_is_on_the_disk_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(tmp_path).put([numbered(1)])
    (generation,) = tmp_path.glob("generation-*")
    synced: list[Path] = []
    fsync, rename = os.fsync, os.rename
    at_the_rename: list[set[Path]] = []

    def recording_fsync(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())
        fsync(descriptor)

    def recording_rename(source: str, target: str) -> None:
        at_the_rename.append(set(synced))
        synced.clear()
        rename(source, target)

    monkeypatch.setattr(os, "fsync", recording_fsync)
    monkeypatch.setattr(os, "rename", recording_rename)
    before = set(generation.iterdir())
    opened(tmp_path).put([numbered(2)])

    (synced_before_rename,) = at_the_rename
    written = {path for path in set(generation.iterdir()) - before if path.suffix != ".toc"}
    assert len(written) == 2
    assert written | {generation} <= synced_before_rename
    assert any(".toc." in path.name for path in synced_before_rename)
    assert generation in synced


def _put_for_ever(folder: Path, acknowledged: Connection) -> None:
    index = opened(folder)
    for number in range(max(index.versions(), default=0) + 1, 1_000_000):
        index.put([numbered(number)])
        acknowledged.send(number)


def test_a_writer_killed_ten_times_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    rng = random.Random(7)
    committed = 0
    for _ in range(10):
        receiver, sender = FORK.Pipe(duplex=False)
        process = FORK.Process(target=_put_for_ever, args=(tmp_path, sender))
        process.start()
        sender.close()
        assert receiver.poll(20)
        time.sleep(rng.uniform(0.0, 0.12))
        process.kill()
        process.join()
        while receiver.poll():
            try:
                committed = receiver.recv()
            except EOFError:
                break
        receiver.close()
        state = opened(tmp_path).versions()
        # The last put may have been committed without having had the time to say so.
        assert sorted(state) in (list(range(1, committed + 1)), list(range(1, committed + 2)))
        committed = len(state)
    assert committed >= 10


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-70])


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _removed(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    ("victim", "damage"),
    [
        ("*.arrays", _flipped),
        *((victim, damage) for victim in ("*.arrays", "*.toc", "*.col") for damage in (_truncated, _emptied, _removed)),
    ],
)
def test_a_damaged_index_is_empty_to_readers_and_begins_anew_with_a_write(
    tmp_path: Path,
    victim: str,
    damage: Callable[[Path], None],
) -> None:
    opened(tmp_path).put([numbered(1), numbered(2)])
    (generation,) = tmp_path.glob("generation-*")
    damage(next(generation.glob(victim)))

    index = opened(tmp_path)
    assert index.search(Query("压电", facets=("county",))).total == 0
    assert index.match("压电", "", 5) == ()
    assert index.explain("压电", "", 1) is None
    assert index.versions() == {}

    index.put([numbered(3)])
    assert index.versions() == {3: 1}
    assert opened(tmp_path).search(Query("压电")).total == 1
    assert not index.status().damaged


def test_damage_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    opened(tmp_path).put([numbered(1)])
    (generation,) = tmp_path.glob("generation-*")
    _flipped(next(generation.glob("*.arrays")))
    assert opened(tmp_path).status().damaged
    assert "cannot be read and counts as empty" in caplog.text


@pytest.mark.parametrize("content", [b"", b"generation-000077-0123abcd", b"../../etc", b"\xff\xfe"])
def test_a_pointer_to_nowhere_is_an_empty_index(tmp_path: Path, content: bytes) -> None:
    opened(tmp_path).put([numbered(1)])
    (tmp_path / "CURRENT").write_bytes(content)
    assert opened(tmp_path).search(Query("压电")).total == 0
    opened(tmp_path).put([numbered(2)])
    assert opened(tmp_path).versions() == {2: 1}


def test_an_index_deleted_under_its_readers_is_empty_until_it_is_rebuilt(tmp_path: Path) -> None:
    readers = [opened(tmp_path / "index") for _ in range(2)]
    readers[0].put([numbered(1)])
    assert [reader.versions() for reader in readers] == 2 * [{1: 1}]
    shutil.rmtree(tmp_path / "index")
    assert readers[0].search(Query("压电")).total == 0
    opened(tmp_path / "index").put([numbered(1, 2)])
    # The second reader has not looked in between: what it has open must not pass for the new one.
    assert [reader.versions() for reader in readers] == 2 * [{1: 2}]


def test_reading_an_index_that_is_not_there_creates_nothing(tmp_path: Path) -> None:
    index = opened(tmp_path / "none")
    assert index.search(Query("压电", facets=("county",))).facets == {"county": {}}
    assert index.status().documents == 0
    assert not (tmp_path / "none").exists()
