"""Which generation of the index is the live one: folders beside each other and a small file that names one of them.

A rebuild fills a new folder and then swaps the name. Knows folders and locks; nothing of what is in the index.
"""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from search_index.durable_storage import write_synced
from search_index.whoosh_import import FileLock, try_for

_POINTER = "CURRENT"
_FOLDER = re.compile(r"generation-(\d+)-[0-9a-f]+")


class IndexBusyError(Exception):
    """Another process has been writing, or rebuilding, for longer than one is willing to wait."""


class Generations:
    """The generations of one index. Reading needs no lock; the rest says which one it needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def current(self) -> str:
        """The name of the live generation, "" where there is none yet."""
        try:
            name = (self.folder / _POINTER).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return ""
        return name if _FOLDER.fullmatch(name) else ""

    def path(self, name: str) -> Path:
        return self.folder / name

    def bytes(self, name: str) -> int:
        """The size of a generation on disk; files that vanish while one looks count as nothing."""
        size = 0
        for path in self.path(name).rglob("*") if name else ():
            with suppress(FileNotFoundError):
                size += path.stat().st_size if path.is_file() else 0
        return size

    def new(self) -> str:
        """A name that was never used. Under the writing lock."""
        numbers = [int(_FOLDER.sub(r"\1", name)) for name in self._all()]
        # If somebody deletes the whole folder the numbers begin again, and a reader must not take the new generation
        # for the one it has open.
        return f"generation-{max(numbers, default=0) + 1:06d}-{secrets.token_hex(4)}"

    def swap(self, name: str) -> None:
        """Make a generation the live one. Under the writing lock."""
        write_synced(self.folder / _POINTER, name.encode())

    def sweep(self) -> None:
        """Remove every generation but the live one. Under both locks.

        It is safe while others read: they hold maps of all files of their snapshot, and those outlive the names.
        """
        for name in self._all():
            if name != self.current():
                shutil.rmtree(self.path(name), ignore_errors=True)

    def _all(self) -> list[str]:
        return [path.name for path in self.folder.iterdir() if _FOLDER.fullmatch(path.name)]

    @contextmanager
    def writing(self, seconds: float) -> Iterator[None]:
        """Held while documents of the live generation change or it is swapped. Raises IndexBusyError."""
        with self._locked("writing.lock", seconds):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Held during a whole rebuild. Raises IndexBusyError at once if one is under way."""
        with self._locked("rebuilding.lock", 0.0):
            yield

    @contextmanager
    def _locked(self, name: str, seconds: float) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(str(self.folder / name))
        if not try_for(lock.acquire, timeout=seconds, delay=0.005):
            raise IndexBusyError(f"{self.folder} is locked by another writer ({name})")
        try:
            yield
        finally:
            lock.release()
