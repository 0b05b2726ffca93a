"""What a file is, told by its content. The name and the type that a browser claims are never believed.

Only types on the list are ever known; whatever else is uploaded has no type, and a caller refuses it.
"""

import zipfile
from collections.abc import Collection
from typing import BinaryIO

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PLAIN = "text/plain"

IMAGES = frozenset({PNG, JPEG, WEBP})
SCANS = frozenset({PDF, JPEG, PNG})
"""What a paper is sent as: a scan, a photo, or the document of a bank."""

ATTACHMENTS = IMAGES | {PDF, XLSX, DOCX, PLAIN}
SUFFIXES = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg", WEBP: ".webp", XLSX: ".xlsx", DOCX: ".docx", PLAIN: ".txt"}

_HEAD = 64 * 1024
_CONTROLS = frozenset(range(32)) - set(b"\t\n\r\f")
_OFFICE = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}


def sniff(stream: BinaryIO) -> str | None:
    """The media type of the content, or None when it is none of ours. Leaves the stream at its beginning."""
    stream.seek(0)
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        kind = _office(stream)
        stream.seek(0)
        return kind
    return _by_magic(head) or (PLAIN if _is_text(head) else None)


def require(stream: BinaryIO, allowed: Collection[str] = ATTACHMENTS) -> str:
    """The media type, when it is allowed. Raises InvalidInput naming the kinds that are."""
    kind = sniff(stream)
    if kind not in allowed or kind is None:
        kinds = ", ".join(sorted(SUFFIXES[one].removeprefix(".").upper() for one in allowed))
        raise InvalidInput(
            N_("This file is of another kind than its name says, or not taken here: %(kinds)s."), kinds=kinds
        )
    return kind


def _by_magic(head: bytes) -> str | None:
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    return None


def _office(stream: BinaryIO) -> str | None:
    """Tell a workbook or a document from any other ZIP; one with macros is not taken."""
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def _is_text(head: bytes) -> bool:
    """Text as people here write it: UTF-8 or GB18030, no control characters. The head may end inside a character."""
    if not head or _CONTROLS & set(head):
        return False
    return any(_decodes(head[: len(head) - cut], encoding) for encoding in ("utf-8", "gb18030") for cut in range(4))


def _decodes(head: bytes, encoding: str) -> bool:
    try:
        head.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
