"""One changed byte is found wherever it is, and whatever else was put right after it."""

import io
import random
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from marketplace.infra.authority import Authority
from tests.evidence.packages import MANIFEST, VERIFIER, Files, packed, problem, signed_anew

LOCAL_HEADER = 30
EVERY = 101
"""Of the bytes within files, as many are tried in a quick run: a prime, so that no pattern of the files is met."""

NAMED: dict[str, str | tuple[str, ...]] = {
    "root.pem": ("root.pem", "manifest.pem"),
    **dict.fromkeys(sorted(MANIFEST), "manifest."),
}
"""What is called wrong first where that is another file: where the root is not the one, its certificates come from elsewhere."""


def survivors(folder: Path, content: bytes, places: Iterable[int]) -> list[int]:
    """The bytes whose change was not found, or found without a name."""
    path = folder / "evidence.zip"
    path.write_bytes(content)
    unseen = []
    with path.open("r+b", buffering=0) as file:
        for place in places:
            file.seek(place)
            file.write(bytes([content[place] ^ 1 << place % 8]))
            found = VERIFIER.check(path)
            if not found.partition(":")[0]:
                unseen.append(place)
            file.seek(place)
            file.write(content[place : place + 1])
    return unseen


def between_files(content: bytes) -> set[int]:
    """The bytes of the ZIP that are within no file: headers, names, the directory."""
    within: set[int] = set()
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        for one in source.infolist():
            begin = one.header_offset + LOCAL_HEADER + len(one.filename)
            within |= set(range(begin, begin + one.file_size))
    return set(range(len(content))) - within


def test_a_changed_byte_of_the_zip_is_found(tmp_path: Path, content: bytes) -> None:
    """Every one between the files, and every so many within them."""
    assert problem(tmp_path, content) == ""
    places = between_files(content) | set(range(random.Random(7).randrange(EVERY), len(content), EVERY))
    assert survivors(tmp_path, content, sorted(places)) == []


def test_an_entry_that_lost_its_name_is_named_by_its_place(tmp_path: Path, content: bytes) -> None:
    """One bit of its length is enough, where the name has as many letters as that bit counts."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        header = source.getinfo("root.pem").header_offset
    nameless = content[: header + 26] + bytes(2) + content[header + 28 :]
    assert problem(tmp_path, nameless).startswith(f"ZIP, byte {header}:")


@pytest.mark.soak
def test_each_single_byte_of_the_zip_is_found(tmp_path: Path, content: bytes) -> None:
    assert problem(tmp_path, content) == ""
    assert survivors(tmp_path, content, range(len(content))) == []


def test_a_changed_byte_of_a_file_is_found_in_a_zip_that_was_put_right(tmp_path: Path, files: Files) -> None:
    rng = random.Random(11)
    for name, inside in files.items():
        for place in rng.sample(range(len(inside)), min(12, len(inside))):
            changed = inside[:place] + bytes([inside[place] ^ 1]) + inside[place + 1 :]
            found = problem(tmp_path, packed({**files, name: changed}))
            assert found.startswith(NAMED.get(name, name)), (name, place, found)


def test_no_byte_of_the_manifest_and_its_signature_can_change(tmp_path: Path, files: Files) -> None:
    for name in sorted(MANIFEST):
        inside = files[name]
        for place in range(len(inside)):
            changed = inside[:place] + bytes([inside[place] ^ 1]) + inside[place + 1 :]
            assert problem(tmp_path, packed({**files, name: changed})), (name, place)


def test_a_changed_byte_of_a_pdf_is_found_even_where_the_manifest_was_signed_anew(
    tmp_path: Path, files: Files, authority: Authority
) -> None:
    """What the signatures in the PDF cover, and the signatures themselves, need no manifest."""
    name = "documents/contract-1-signature-2.pdf"
    inside = files[name]
    begin, end = inside.rindex(b"/Contents <") + len(b"/Contents <"), inside.rindex(b">\n/ByteRange")
    attributes = inside.rindex(b"06092A864886F70D010904", begin, end)
    places = [
        *random.Random(13).sample(range(begin), 20),
        *range(attributes, attributes + 260, 20),
        end - 1,
        len(inside) - 1,
    ]
    for place in places:
        changed = inside[:place] + bytes([inside[place] ^ 1]) + inside[place + 1 :]
        told = files["documents.json"].replace(VERIFIER.sha256(inside).encode(), VERIFIER.sha256(changed).encode())
        found = problem(tmp_path, signed_anew({**files, name: changed, "documents.json": told}, authority))
        assert found.startswith("documents/contract-1-signature"), (place, found)
