"""Sets a document as a PDF: numbered clauses, page x of y, a code to check it by, places for the signatures.

Pure: what stands in it is handed in as data, and no text is ever read as markup. The same sheet gives the same bytes.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from marketplace.infra.typesetting import compiler_for, pdf_of, printable, qr_of

Row = tuple[str, str]

RARE = "〔U+……〕处是字库中没有的字，以其统一码（Unicode）编号表示；该字以正文的文本文件为准。"

_SHEETS = Path(__file__).parent / "sheets"


@dataclass(frozen=True)
class Line:
    """A numbered paragraph; `added` marks one that the parties agreed on themselves."""

    number: str
    text: str
    added: bool


Piece = tuple[str, bool]
"""Some text, and whether it is gone from the other wording, or new in it."""


@dataclass(frozen=True)
class Opposed:
    """Old and new wording in one row of a table; `number` are those of the paragraphs in which the text says the same."""

    number: str
    label: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


@dataclass(frozen=True)
class SetClause:
    """A clause with its number and heading; where it has `opposed` wording, that is set instead of its lines.

    `note` stands small beside the heading of one that the parties reworded; it is no part of the text.
    """

    heading: str
    lines: tuple[Line, ...]
    opposed: tuple[Opposed, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class SignatureBlock:
    """Where one party signs; `signed` are the facts of its electronic signature, empty where it is still to be signed.

    `place` is the name by which the place is found again; it is unique in the sheet.
    """

    place: str
    label: str
    party: str
    signed: tuple[Row, ...]


@dataclass(frozen=True)
class Place:
    """Where a signature goes in a PDF: page from 1, and left, bottom, right, top in whole points from the lower left corner."""

    name: str
    label: str
    page: int
    box: tuple[int, int, int, int]


@dataclass(frozen=True)
class Sheet:
    """All that stands in the PDF, in Chinese. `code` and `url` lead to the page that checks it; `sha256` is that of the text.

    `reworded` are the clauses that differ from the standard text, beside it: an appendix after the signatures.
    """

    name: str
    reference: str
    project: str
    parties: tuple[tuple[Row, ...], ...]
    clauses: tuple[SetClause, ...]
    legend: str
    signatures: tuple[SignatureBlock, ...]
    method: str
    house: str
    code: str
    url: str
    sha256: str
    reworded: tuple[Opposed, ...] = ()


def typeset(sheet: Sheet, at: datetime) -> tuple[bytes, tuple[Place, ...]]:
    """The PDF (PDF/A-2b, fonts within it), and where it is still to be signed; `at` is the moment it says it was made.

    A character that the font lacks, as some names have, stands there by its number, and the file says so.
    """
    written, lacks = printable(asdict(sheet))
    more = {"qr": qr_of(sheet.url), "rare": RARE if lacks else ""}
    compiler = compiler_for(_SHEETS / "document.typ", written | more)
    found = json.loads(compiler.query("<place>", field="value"))
    return pdf_of(compiler, at), tuple(
        Place(one["name"], one["label"], one["page"], _whole(one["box"])) for one in found
    )


def _whole(box: Sequence[float]) -> tuple[int, int, int, int]:
    left, bottom, right, top = (round(edge) for edge in box)
    return left, bottom, right, top


def look_of_seal(rows: Sequence[Row], at: datetime) -> bytes:
    """How an electronic signature looks at its place, as a PDF of that size."""
    written, _ = printable({"rows": rows})
    return pdf_of(compiler_for(_SHEETS / "seal.typ", written), at)
