"""Uploads on disk, each under the SHA-256 of its content. Who may see one, and what it is called, others know.

A file is never changed, so saving the same content twice is saving it once, and a path may be cached for ever. What no
row of the database names is an orphan (its transaction was rolled back) and is swept later.
"""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, BinaryIO

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

BLOCK = 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredFile:
    """What was saved: the SHA-256 in hexadecimal and the size in bytes."""

    sha256: str
    size: int


class FileStore:
    """A folder of immutable files; safe to use from several processes at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, stream: BinaryIO, limit_bytes: int) -> StoredFile:
        """Store what the stream holds from here on. Raises InvalidInput for more than `limit_bytes` and for nothing."""
        with self._draft() as draft:
            sha256, size = _copy(stream, draft, limit_bytes)
            target = self.path(sha256)
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(draft.name).replace(target)
        for folder in (target.parent, target.parent.parent, self.folder):
            _sync(folder)
        return StoredFile(sha256, size)

    def open(self, sha256: str) -> BinaryIO:
        """The content, for reading. Raises FileNotFoundError when it is not there."""
        return self.path(sha256).open("rb")

    def path(self, sha256: str) -> Path:
        """Where the content lies or would lie. Raises ValueError for what is no SHA-256, such as a path."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256 in hexadecimal")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def stored(self) -> list[Path]:
        """Every file, by its hash."""
        return sorted(path for path in self.folder.glob("??/??/*") if _SHA256.fullmatch(path.name))

    def sweep(self, known: Container[str], older_than: timedelta) -> int:
        """Delete what `known` does not name, and abandoned drafts, when older; returns how many.

        The age protects an upload whose row is not committed yet; saving again renews it, as a new file takes the
        place. It is the disk's age, so it is told by the machine's clock.
        """
        oldest = time.time() - older_than.total_seconds()
        swept = 0
        for path in [path for path in self.folder.rglob("*") if path.is_file()]:
            if path.stat().st_mtime < oldest and not (_SHA256.fullmatch(path.name) and path.name in known):
                path.unlink(missing_ok=True)
                swept += 1
        return swept

    @contextmanager
    def _draft(self) -> Iterator[IO[bytes]]:
        drafts = self.folder / "drafts"
        drafts.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=drafts, delete=False) as draft:
            try:
                yield draft
            finally:
                Path(draft.name).unlink(missing_ok=True)


def _copy(stream: BinaryIO, draft: IO[bytes], limit_bytes: int) -> tuple[str, int]:
    """Copy block by block, so that a huge upload costs neither memory nor more disk than the limit."""
    digest = hashlib.sha256()
    size = 0
    while block := stream.read(BLOCK):
        size += len(block)
        if size > limit_bytes:
            limit = limit_bytes // BLOCK
            raise InvalidInput(N_("This file is larger than %(limit)s MB. Choose a smaller one."), limit=limit)
        digest.update(block)
        draft.write(block)
    if not size:
        raise InvalidInput(N_("This file is empty. Choose another one."))
    draft.flush()
    os.fsync(draft.fileno())
    return digest.hexdigest(), size


def _sync(folder: Path) -> None:
    """A rename outlives a power cut only when the folder itself is on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
