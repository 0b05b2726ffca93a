"""The file store: content under its hash, limits, and a sweep that spares what is in use."""

import hashlib
import os
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from marketplace.infra.files import FileStore
from marketplace.kernel.errors import InvalidInput

MEGABYTE = 1024 * 1024


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def age(path: Path, days: int) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def files_in(store: FileStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_what_was_saved_comes_back_under_its_hash(store: FileStore) -> None:
    content = os.urandom(3 * MEGABYTE + 17)
    saved = store.save(BytesIO(content), 20 * MEGABYTE)
    assert (saved.sha256, saved.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (
        store.path(saved.sha256).parent.relative_to(store.folder).as_posix()
        == f"{saved.sha256[:2]}/{saved.sha256[2:4]}"
    )
    with store.open(saved.sha256) as file:
        assert file.read() == content


def test_the_same_content_is_kept_once(store: FileStore) -> None:
    assert store.save(BytesIO(b"drawing"), MEGABYTE) == store.save(BytesIO(b"drawing"), MEGABYTE)
    assert len(files_in(store)) == 1


@pytest.mark.parametrize(("content", "message"), [(b"x" * (MEGABYTE + 1), "larger than 1 MB"), (b"", "empty")])
def test_a_refused_file_leaves_nothing_behind(store: FileStore, content: bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        store.save(BytesIO(content), MEGABYTE)
    assert message in str(refused.value)
    assert files_in(store) == []


def test_a_file_of_exactly_the_limit_is_taken(store: FileStore) -> None:
    assert store.save(BytesIO(b"x" * MEGABYTE), MEGABYTE).size == MEGABYTE


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_a_hash_names_a_file(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path(name)


def test_a_file_that_is_not_there(store: FileStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.open("0" * 64)


def test_the_sweep_takes_old_orphans_and_drafts_only(store: FileStore) -> None:
    used, orphan, fresh = (store.save(BytesIO(content), MEGABYTE).sha256 for content in (b"used", b"orphan", b"fresh"))
    draft = store.folder / "drafts" / "abandoned"
    draft.write_bytes(b"half")
    for path in (store.path(used), store.path(orphan), draft):
        age(path, days=3)
    assert store.sweep({used}, timedelta(days=1)) == 2
    assert {path.name for path in files_in(store)} == {used, fresh}


def test_an_orphan_that_is_uploaded_again_is_young_again(store: FileStore) -> None:
    sha256 = store.save(BytesIO(b"twice"), MEGABYTE).sha256
    age(store.path(sha256), days=3)
    store.save(BytesIO(b"twice"), MEGABYTE)
    assert store.sweep(set(), timedelta(days=1)) == 0
