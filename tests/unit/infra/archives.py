"""ZIP files for tests: a real workbook's bytes, and archives that only pretend."""

import zipfile
from io import BytesIO

import openpyxl


def archive(**parts: bytes) -> bytes:
    """A ZIP of the given parts; `__` in a name stands for a slash, `_xml` at its end for the suffix."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            zipped.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def workbook(*rows: tuple[object, ...], title: str = "Sheet1") -> bytes:
    """A workbook of one sheet; text that starts with `=` becomes a formula."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(original: bytes, part: str, content: bytes) -> bytes:
    """The same ZIP with one part added or put in the place of the old one."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(original)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return out.getvalue()


def part(content: bytes, name: str) -> bytes:
    """The bytes of one part of a ZIP."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read(name)
