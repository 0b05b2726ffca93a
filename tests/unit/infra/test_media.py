"""The type of a file is told by its content, whatever its name says."""

from io import BytesIO

import pytest
from PIL import Image

from marketplace.infra import media
from marketplace.kernel.errors import InvalidInput
from tests.unit.infra.archives import archive, with_part, workbook


def picture(form: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (4, 4)).save(out, form)
    return out.getvalue()


DOCUMENT = archive(**{"[Content_Types]_xml": b"<Types/>", "word__document_xml": b"<document/>"})
KNOWN = [
    (b"%PDF-1.7\n%\xe2\xe3", media.PDF),
    (picture("PNG"), media.PNG),
    (picture("JPEG"), media.JPEG),
    (picture("WEBP"), media.WEBP),
    (workbook(("名称",)), media.XLSX),
    (DOCUMENT, media.DOCX),
    ("焊接工装说明\r\n".encode(), media.PLAIN),
    ("焊接工装说明".encode("gb18030"), media.PLAIN),
    (("焊" * 30_000).encode(), media.PLAIN),  # the part that is looked at ends inside a character
]
REFUSED = {
    "program": b"MZ\x90\x00\x03",
    "plain zip": archive(readme=b"hello"),
    "zip that calls itself xlsx": archive(xl__workbook_xml=b"<workbook/>"),
    "workbook with macros": with_part(workbook(("名称",)), "xl/vbaProject.bin", b"macro"),
    "truncated zip": workbook(("名称",))[:200],
    "gif": b"GIF89a\x01\x00",
    "control characters": b"text\x00text",
    "empty": b"",
}


@pytest.mark.parametrize(("content", "kind"), KNOWN, ids=[kind for _, kind in KNOWN])
def test_content_tells_the_type(content: bytes, kind: str) -> None:
    stream = BytesIO(content)
    assert media.sniff(stream) == kind
    assert stream.read() == content


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED)
def test_what_is_not_on_the_list_is_refused(content: bytes) -> None:
    assert media.sniff(BytesIO(content)) is None
    with pytest.raises(InvalidInput):
        media.require(BytesIO(content))


def test_the_refusal_names_what_is_taken() -> None:
    with pytest.raises(InvalidInput) as refused:
        media.require(BytesIO(b"%PDF-1.7"), media.IMAGES)
    assert "JPG, PNG, WEBP" in str(refused.value)


def test_every_type_that_is_taken_has_a_suffix() -> None:
    assert set(media.SUFFIXES) == media.ATTACHMENTS
