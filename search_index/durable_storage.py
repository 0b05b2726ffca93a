"""Files of one generation of the index: mapped when read, synced before a table of contents names them.

A kill at any moment leaves either the old table of contents or the new one, each with all its files.
"""

import mmap
import os
import re
from pathlib import Path

from search_index.whoosh_import import BufferFile, FileStorage

_LEFT_BEHIND = re.compile(r"_MAIN_\d+\.toc\..+")


def sync(path: Path) -> None:
    """Have the operating system write a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_synced(path: Path, content: bytes) -> None:
    """Replace a small file so that a reader sees the old or the new content and a power cut loses neither."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(content)
    sync(beside)
    beside.replace(path)
    sync(path.parent)


class _MappedFile(BufferFile):  # type: ignore[misc]
    """A file that threads can read at the same time, without a copy in memory."""

    def __init__(self, content: mmap.mmap | bytes, name: str) -> None:
        super().__init__(b"", name=name)
        self._buf = memoryview(content)


class DurableStorage(FileStorage):  # type: ignore[misc]
    """Whoosh's folder of files, with the order of writes that a crash needs."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._unsynced: list[str] = []

    def create_file(self, name: str, **options: object) -> object:
        self._unsynced.append(name)
        return super().create_file(name, **options)

    def open_file(self, name: str, **options: object) -> object:  # noqa: ARG002 - the signature is Whoosh's
        path = Path(self.folder, name)
        if name.endswith(".toc"):
            return BufferFile(path.read_bytes(), name=name)
        with path.open("rb") as file:
            return _MappedFile(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), name)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        """Whoosh renames only a table of contents, and that is the commit."""
        folder = Path(self.folder)
        for name in self._unsynced:
            if (folder / name).exists():
                sync(folder / name)
        self._unsynced.clear()
        sync(folder)
        super().rename_file(oldname, newname, safe=safe)
        sync(folder)

    def sweep(self) -> None:
        """Remove tables of contents whose writer was killed before the rename. Only under the writer's lock."""
        for name in self.list():
            if _LEFT_BEHIND.fullmatch(name):
                Path(self.folder, name).unlink()
