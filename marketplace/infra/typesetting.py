"""Makes PDFs with Typst: PDF/A-2b, with the Chinese fonts within the file, and the same bytes for the same content.

What stands in a document is handed in as data, and no text is ever read as markup.
"""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import segno
import typst
from fontTools.ttLib import TTFont

_FONTS = Path(pylopdf_fonts_zh_cn.__file__).parent


def compiler_for(sheet: Path, data: Mapping[str, Any]) -> typst.Compiler:
    """A compiler of a sheet, which finds the data under `sys.inputs.data` as JSON."""
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    return typst.Compiler(str(sheet), font_paths=[str(_FONTS)], ignore_system_fonts=True, sys_inputs=inputs)


def pdf_of(compiler: typst.Compiler, at: datetime) -> bytes:
    """The file; `at` is the moment it says it was made, to the second."""
    pdf = compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=at.replace(microsecond=0))
    assert isinstance(pdf, bytes)
    return pdf


def printable(data: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The data with the numbers of characters that the font lacks in their place, and whether there are any."""
    written = json.dumps(data, ensure_ascii=False)
    lacking = {ord(char): f"〔U+{ord(char):04X}〕" for char in set(written) if ord(char) not in _glyphs()}
    return json.loads(written.translate(lacking)), bool(lacking)


def can_print(char: str) -> bool:
    """Whether the font has this character."""
    return ord(char) in _glyphs()


def qr_of(url: str) -> str:
    """The address as an SVG that a phone reads off paper."""
    drawn = io.BytesIO()
    segno.make(url, error="m").save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode()


@cache
def _glyphs() -> frozenset[int]:
    """The characters that can be printed."""
    with TTFont(_FONTS / "NotoSerifSC-Regular.otf", lazy=True) as font:
        return frozenset(font.getBestCmap())
