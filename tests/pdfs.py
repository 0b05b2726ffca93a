"""Reads a PDF as somebody else's program reads it."""

import subprocess
import tempfile
from pathlib import Path


def pdf_text(content: bytes) -> str:
    """The text of all pages, without its gaps: what stands in two lines is one text."""
    return "".join(_read(content).split())


def pdf_pages(content: bytes) -> list[str]:
    """The text of each page, as it stands there."""
    return _read(content).rstrip("\f").split("\f")


def _read(content: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "read.pdf")
        path.write_bytes(content)
        command = ["pdftotext", "-layout", "-enc", "UTF-8", str(path), "-"]
        return subprocess.run(command, check=True, capture_output=True).stdout.decode()
