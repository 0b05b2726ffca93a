"""What is deleted while a rebuild reads, kept in a file: the rebuild may have read it before, and would bring it back.

Everything here is called under the writing lock.
"""

from collections.abc import Iterable
from pathlib import Path

from search_index.durable_storage import sync, write_synced


class Deletions:
    """The ids of one rebuild. One that was killed leaves its file behind, which the next one empties."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "deleted-meanwhile"

    def begin(self) -> None:
        """Note from here on what is deleted."""
        write_synced(self._file, b"")

    def note(self, ids: Iterable[int]) -> None:
        """Before they are deleted, so that a kill in between loses nothing."""
        if self._file.exists():
            with self._file.open("a", encoding="ascii") as file:
                file.writelines(f"{one}\n" for one in ids)
            sync(self._file)

    def end(self) -> frozenset[int]:
        """Forget them; returns what was deleted since `begin`, some of which may have been put again."""
        lines = self._file.read_text(encoding="ascii").splitlines() if self._file.exists() else ()
        self._file.unlink(missing_ok=True)
        return frozenset(int(line) for line in lines)
