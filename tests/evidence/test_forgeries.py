"""What somebody might do to a package who knows how it is made, with and without the authority's key."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from marketplace.infra.authority import Authority
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from tests.evidence.packages import VERIFIER, Files, exported, packed, problem, replaced, signed_anew, unpacked
from tests.factories import make_signed
from tests.personas import People
from tests.world import NOW

LAST_PDF = "documents/contract-1-signature-2.pdf"


def told(files: Files, change: Callable[[Any], None]) -> bytes:
    """documents.json with a change in its only document."""
    facts = json.loads(files["documents.json"])
    change(facts["documents"][0])
    return json.dumps(facts).encode()


def written_over(pdf: bytes) -> bytes:
    """The PDF with a revision that puts something on the first page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.add_stream_to_page(0, writer.add_object(StreamObject(stream_data=b"BT /F1 12 Tf (one million) Tj ET")))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_package_that_is_signed_anew_with_nothing_changed_is_whole(
    tmp_path: Path, files: Files, authority: Authority
) -> None:
    """The measure of the forgeries below."""
    assert problem(tmp_path, signed_anew(files, authority)) == ""


def test_bytes_before_behind_or_between_the_files_are_found(tmp_path: Path, content: bytes, files: Files) -> None:
    comment = content[:-2] + b"\x05\x00hello"
    for changed in (b"MZ" + content, content + b"\n", comment, content[:-1], b"", content * 2):
        assert problem(tmp_path, changed).startswith("ZIP")
    assert packed(files) == content


def test_another_pdf_under_a_manifest_that_was_put_right_is_found_by_its_signature(
    tmp_path: Path, files: Files
) -> None:
    changed = replaced(files, LAST_PDF, files[LAST_PDF] + b"\n")
    manifest = files["manifest.json"]
    for name in (LAST_PDF, "documents.json"):
        old, new = (hashlib.sha256(one[name]).hexdigest().encode() for one in (files, changed))
        manifest = manifest.replace(old, new)
    found = problem(tmp_path, packed({**changed, "manifest.json": manifest}))
    assert found.startswith("manifest.sig: the signature is not valid")


def test_a_manifest_of_another_authority_shows_another_root(
    tmp_path: Path, content: bytes, files: Files, authority: Authority
) -> None:
    other = Authority(tmp_path / "other.pem", "x")
    other.create("示范市总工会", NOW)
    own, foreign = (one.root_pem.encode() for one in (authority, other))
    forged = signed_anew({**files, "root.pem": foreign + own}, other)
    assert problem(tmp_path, content, own) == ""
    assert (
        problem(tmp_path, forged, own) == "manifest.pem: does not come from the root certificate / 不是由根证书签发的"
    )
    lines: list[str] = []
    assert VERIFIER.check(tmp_path / "evidence.zip", say=lines.append) == ""
    assert hashlib.sha256(other.roots[0]).hexdigest() in "".join(lines)
    assert "compare" in "".join(lines)
    assert problem(tmp_path, signed_anew({**files, "root.pem": foreign}, other)).startswith("certificates/")


def test_a_signer_s_certificate_does_not_sign_a_manifest(tmp_path: Path, files: Files, authority: Authority) -> None:
    """Nobody has such a key; if somebody had, the manifest would say whose it is."""
    changed = {**files, "manifest.pem": files["certificates/contract-1-signature-1.pem"]}
    assert problem(tmp_path, packed(changed)).startswith("manifest.pem: is not for evidence")


@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_row_left_out_is_found(tmp_path: Path, files: Files, place: int) -> None:
    lines = files["events.jsonl"].splitlines(keepends=True)
    del lines[place]
    assert problem(tmp_path, packed({**files, "events.jsonl": b"".join(lines)})).startswith("events.jsonl")


@pytest.mark.parametrize("action", ["sign", "complete"])
def test_a_row_that_a_signature_needs_cannot_be_left_out_by_the_authority_either(
    tmp_path: Path, files: Files, authority: Authority, action: str
) -> None:
    lines = files["events.jsonl"].splitlines(keepends=True)
    others = [line for line in lines if json.loads(line)["payload"].get("action") != action]
    found = problem(tmp_path, signed_anew({**files, "events.jsonl": b"".join(others)}, authority))
    assert found.startswith(f"events.jsonl: no {action} of JG-")


@pytest.mark.parametrize(
    "change", [{"actor_id": 99}, {"at": "2026-11-20T02:00:01+00:00"}, {"salt": "0" * 32}, {"salt": None}, {"id": 500}]
)
def test_a_changed_row_is_found_under_the_authority_s_own_signature(
    tmp_path: Path, files: Files, authority: Authority, change: dict[str, object]
) -> None:
    rows = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    rows[-1] |= change
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    found = problem(tmp_path, signed_anew({**files, "events.jsonl": lines}, authority))
    assert found.startswith(f"events.jsonl, row {rows[-1]['id']}")


def test_a_row_that_was_made_up_whole_is_not_taken_for_an_older_one(
    tmp_path: Path, files: Files, authority: Authority
) -> None:
    """The formula of rows without a salt would call it whole by itself."""
    rows = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    row = rows[-1]
    row["salt"], row["actor_id"] = None, 99
    names = ("id", "at", "actor_id", "action", "object", "payload", "prev_hash")
    row["hash"] = VERIFIER.canonical([row[name] for name in names])
    lines = "".join(json.dumps(one) + "\n" for one in rows).encode()
    assert problem(tmp_path, signed_anew({**files, "events.jsonl": lines}, authority)).startswith("events.jsonl, row")


def test_another_hash_in_the_chain_is_found(tmp_path: Path, files: Files, authority: Authority) -> None:
    """Also where the row is one that nobody sees."""
    chain = files["chain.bin"]
    for changed in (chain[:-1] + bytes([chain[-1] ^ 1]), chain[:-32], chain + bytes(32)):
        assert problem(tmp_path, signed_anew({**files, "chain.bin": changed}, authority)).startswith("chain.bin")


def test_a_log_that_was_rewritten_is_not_that_of_an_anchor(tmp_path: Path, files: Files, content: bytes) -> None:
    anchor = files["anchors.txt"].decode().strip()
    row, _, row_hash = anchor.partition(":")
    assert problem(tmp_path, content, None, anchor) == ""
    other = f"{row}:{row_hash[:-1]}{'0' if row_hash[-1] != '0' else '1'}"
    assert problem(tmp_path, content, None, other) == f"anchor {other}: the audit log was rewritten / 审计日志被改写"
    assert "is not within" in problem(tmp_path, content, None, f"99{anchor}")
    assert problem(tmp_path, content, None, "no anchor").startswith("anchors.txt, --anchor")


def test_what_is_appended_to_a_pdf_is_found_under_the_authority_s_own_signature(
    tmp_path: Path, files: Files, authority: Authority
) -> None:
    for name in (LAST_PDF, "documents/contract-1-signature-1.pdf"):
        for changed in (files[name] + b"\n", written_over(files[name])):
            assert problem(tmp_path, signed_anew(replaced(files, name, changed), authority)).startswith("documents/")


def test_another_text_is_found_under_the_authority_s_own_signature(
    tmp_path: Path, files: Files, authority: Authority
) -> None:
    """Its hash can be put right in what is told, not in the audit log."""
    name = "documents/contract-1.txt"
    changed = replaced(files, name, files[name].replace("叁".encode(), "玖".encode()) + b"\n")
    assert problem(tmp_path, signed_anew(changed, authority)).startswith("events.jsonl: no complete of JG-")


def _another_signer(document: Any) -> None:
    document["signatures"][0]["signer"] = "钱多多"


def _another_moment(document: Any) -> None:
    document["signatures"][0]["at"] = "2026-11-20T03:00:00+00:00"


def _another_serial(document: Any) -> None:
    document["signatures"][0]["in_pdf"]["serial"] = "1"


def _certificates_swapped(document: Any) -> None:
    one, two = document["signatures"]
    one["in_pdf"]["certificate"], two["in_pdf"]["certificate"] = (
        two["in_pdf"]["certificate"],
        one["in_pdf"]["certificate"],
    )


def _one_signature(document: Any) -> None:
    del document["signatures"][1]


def _another_party(document: Any) -> None:
    document["parties"][0]["name"] = "别的公司"


def _before_the_certificate(document: Any) -> None:
    document["signatures"][0]["at"] = "2026-11-20T01:00:00+00:00"


@pytest.mark.parametrize(
    "change",
    [
        _another_signer,
        _another_moment,
        _another_serial,
        _certificates_swapped,
        _one_signature,
        _another_party,
        _before_the_certificate,
    ],
)
def test_what_is_told_of_signatures_is_what_the_pdf_and_the_certificates_say(
    tmp_path: Path, files: Files, authority: Authority, change: Callable[[Any], None]
) -> None:
    found = problem(tmp_path, signed_anew({**files, "documents.json": told(files, change)}, authority))
    assert found.startswith(("documents/", "certificates/")), found


def test_evidence_of_another_deal_does_not_pass_for_this_one_s(
    tmp_path: Path, factory: UnitOfWorkFactory, people: People, drain: Callable[[], int], authority: Authority
) -> None:
    one, two = (make_signed(factory, people) for _ in range(2))
    drain()
    mine, other = (unpacked(exported(factory, deal_id)) for deal_id in (one, two))
    documents = {name: content for name, content in other.items() if name.startswith(("documents", "certificates"))}
    assert problem(tmp_path, packed({**mine, **documents})).startswith("certificates/")
    found = problem(tmp_path, signed_anew({**mine, **documents}, authority))
    assert found.startswith("documents.json: is of another deal")
    found = problem(tmp_path, signed_anew({**mine, "events.jsonl": other["events.jsonl"]}, authority))
    assert found.startswith("events.jsonl, row")


def test_a_file_that_is_missing_or_too_much_is_named(tmp_path: Path, files: Files) -> None:
    for name in files:
        left = {key: content for key, content in files.items() if key != name}
        assert problem(tmp_path, packed(left)).startswith((name, "root.pem")), name
    assert problem(tmp_path, packed({**files, "more.txt": b""})).startswith("more.txt: is not in the manifest")
