"""Sets a document as a PDF: numbered clauses, page x of y, a code to check it by, places for the signatures.

Pure: what stands in it is handed in as data, and no text is ever read as markup. The same sheet gives the same bytes.
"""

import io
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import segno
import typst
from fontTools.ttLib import TTFont

Row = tuple[str, str]

RARE = "〔U+……〕处是字库中没有的字，以其统一码（Unicode）编号表示；该字以正文的文本文件为准。"

_TEMPLATE = Path(__file__).parent / "sheets" / "document.typ"
_FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent


@dataclass(frozen=True)
class Line:
    """A numbered paragraph; `added` marks one that the parties agreed on themselves."""

    number: str
    text: str
    added: bool


@dataclass(frozen=True)
class SetClause:
    """A clause with its number and heading."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class SignatureBlock:
    """Where one party signs; `signed` are the facts of its electronic signature, empty where it has to be signed by hand."""

    label: str
    party: str
    signed: tuple[Row, ...]


@dataclass(frozen=True)
class Sheet:
    """All that stands in the PDF, in Chinese. `code` and `url` lead to the page that checks it; `sha256` is that of the text."""

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


def typeset(sheet: Sheet, at: datetime) -> bytes:
    """The PDF (PDF/A-2b, fonts within it); `at` is the moment it says it was made.

    A character that the font lacks, as some names have, stands there by its number, and the file says so.
    """
    written = json.dumps(asdict(sheet), ensure_ascii=False)
    lacking = {ord(char): f"〔U+{ord(char):04X}〕" for char in set(written) if ord(char) not in _glyphs()}
    data = json.loads(written.translate(lacking)) | {"qr": _qr(sheet.url), "rare": RARE if lacking else ""}
    return typst.compile(
        str(_TEMPLATE),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        pdf_standards="a-2b",
        timestamp=at,
    )


@cache
def _glyphs() -> frozenset[int]:
    """The characters that can be printed."""
    with TTFont(_FONTS / "NotoSerifSC-Regular.otf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def _qr(url: str) -> str:
    """The address as an SVG that a phone reads off paper."""
    drawn = io.BytesIO()
    segno.make(url, error="m").save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()
