"""Reads a PDF as somebody else's program reads it."""

import re
import subprocess
import tempfile
from pathlib import Path


def pdf_text(content: bytes) -> str:
    """The text of all pages, without its gaps: what stands in two lines is one text."""
    return "".join(_read(content).split())


def pdf_pages(content: bytes) -> list[str]:
    """The text of each page, as it stands there."""
    return _read(content).rstrip("\f").split("\f")


def words_beyond(content: bytes, margin_mm: float) -> list[str]:
    """The words that reach into the margins at the sides of an A4 page, where a printer or a reader cuts them off."""
    margin = margin_mm / 25.4 * 72
    return [
        word
        for left, right, word in re.findall(
            r'<word xMin="([\d.-]+)".*?xMax="([\d.-]+)".*?>(.*?)</word>', _read(content, "-bbox")
        )
        if float(left) < margin or float(right) > 595.3 - margin
    ]


def pdfsig(content: bytes) -> str:
    """What poppler, which has never heard of the platform, says of the signatures."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "signed.pdf")
        path.write_bytes(content)
        command = ["pdfsig", "-nocert", str(path)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _read(content: bytes, form: str = "-layout") -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "read.pdf")
        path.write_bytes(content)
        command = ["pdftotext", form, "-enc", "UTF-8", str(path), "-"]
        return subprocess.run(command, check=True, capture_output=True).stdout.decode()
