"""The backup file: a ZIP with a manifest, the rows of every table and every upload, each checked by its SHA-256.

manifest.json         when, which migration, versions, rows per table, and the SHA-256 of every other member
tables/<name>.jsonl   one row per line
files/<sha256>        uploads as they lie on disk; the name is the hash
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from click import ClickException
from pydantic import BaseModel, ValidationError

FORMAT = 1
_BLOCK = 1024 * 1024
_MANIFEST = "manifest.json"


class Manifest(BaseModel):
    """What a backup says of itself. `migration` is None for a database that was never migrated."""

    format: int
    created_at: str
    migration: str | None
    versions: dict[str, str]
    rows: dict[str, int]
    files: int
    sha256: dict[str, str]


class ArchiveWriter:
    """Adds members and keeps their hashes."""

    def __init__(self, out: zipfile.ZipFile) -> None:
        self._out = out
        self.sha256: dict[str, str] = {}
        self.rows: dict[str, int] = {}
        self.files = 0

    def add_rows(self, table: str, lines: Iterable[str]) -> None:
        """Write one table."""
        name, digest, count = f"tables/{table}.jsonl", hashlib.sha256(), 0
        with self._out.open(name, "w", force_zip64=True) as member:
            for line in lines:
                content = line.encode()
                digest.update(content)
                member.write(content)
                count += 1
        self.sha256[name], self.rows[table] = digest.hexdigest(), count

    def add_file(self, path: Path) -> None:
        """Write one upload, uncompressed: most are images already."""
        self._out.write(path, f"files/{path.name}", zipfile.ZIP_STORED)
        self.sha256[f"files/{path.name}"] = path.name
        self.files += 1

    def finish(self, **facts: Any) -> Manifest:
        """Write the manifest."""
        manifest = Manifest(format=FORMAT, rows=self.rows, files=self.files, sha256=self.sha256, **facts)
        self._out.writestr(_MANIFEST, manifest.model_dump_json(indent=1))
        return manifest


@contextmanager
def writing(path: Path) -> Iterator[ArchiveWriter]:
    """A backup in the making; it gets its name when it is whole and on disk, and only its owner may read it."""
    draft = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
                yield ArchiveWriter(out)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


class Archive:
    """A backup that is read."""

    def __init__(self, source: zipfile.ZipFile, manifest: Manifest) -> None:
        self._source = source
        self.manifest = manifest

    def check(self) -> None:
        """Raises ClickException naming the first member that is missing, too much, or not what it was."""
        names = set(self._source.namelist()) - {_MANIFEST}
        differing = names ^ set(self.manifest.sha256)
        damaged = differing or {name for name in sorted(names) if self._hash(name) != self.manifest.sha256[name]}
        if damaged:
            raise ClickException(f"The backup is damaged: {min(damaged)}")

    def rows(self, table: str) -> Iterator[bytes]:
        """The lines of one table."""
        with self._source.open(f"tables/{table}.jsonl") as member:
            yield from member

    def files(self) -> Iterator[BinaryIO]:
        """Every upload, one after the other."""
        for name in self.manifest.sha256:
            if name.startswith("files/"):
                with self._source.open(name) as member:
                    yield cast(BinaryIO, member)

    def _hash(self, name: str) -> str:
        try:
            with self._source.open(name) as member:
                return hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]
        except zipfile.BadZipFile:
            return ""


@contextmanager
def reading(path: Path) -> Iterator[Archive]:
    """Open a backup. Raises ClickException for what is none."""
    try:
        with zipfile.ZipFile(path) as source:
            yield Archive(source, Manifest(**json.loads(source.read(_MANIFEST))))
    except (OSError, zipfile.BadZipFile, KeyError, ValidationError, json.JSONDecodeError) as error:
        raise ClickException(f"This is not a backup that can be read: {path}") from error
