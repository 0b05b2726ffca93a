"""Takes a file into the store by its content; what is wrong with it is said beside the field `file`."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from marketplace.infra import media
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.texts import single_line

LONGEST_NAME = 200


@dataclass(frozen=True)
class Upload:
    """A file as a browser sends it; its name is not believed beyond being shown."""

    stream: BinaryIO
    name: str


@dataclass(frozen=True)
class Kept:
    """What was stored: media type by content, hash, size in bytes, and a name to show."""

    media_type: str
    sha256: str
    size: int
    name: str


def keep(uow: UnitOfWork, upload: Upload, allowed: Collection[str]) -> Kept:
    """Store the file as it is, byte by byte. Raises InvalidInput for a kind that is not allowed, an empty or a large file."""
    try:
        kind = media.require(upload.stream, allowed)
        stored = uow.services.files.save(upload.stream, uow.settings.upload_limit)
    except InvalidInput as error:
        raise InvalidInput(error.message, fields={"file": error.message}, **error.params) from None  # type: ignore[arg-type]
    return Kept(kind, stored.sha256, stored.size, file_name(upload.name))


def file_name(name: str) -> str:
    """The last part of what a browser calls a file, short enough to keep."""
    last = single_line(PurePath(name.replace("\\", "/")).name)
    return last[-LONGEST_NAME:] or "file"
