"""Evidence of a deal whose signatures bear the time stamp of an authority elsewhere: each is checked, and said to be whose."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from marketplace.infra.authority import Authority
from tests.evidence.packages import PROGRAM, VERIFIER, Files, packed, problem, replaced, run, signed_anew
from tests.evidence.stamps import (
    BELOW,
    BELOW_NO_ISSUER,
    BELOW_NO_KEY,
    BELOW_SHORT,
    DESK_OF_DESK,
    LAST_PDF,
    NO_ISSUER,
    NO_ISSUING_KEY,
    SHORT_ROOT,
    STAMP,
    TOKEN,
    by,
    stamped_value,
    told,
    with_stamp,
    with_token,
)
from tests.evidence.tokens import DESK, ISSUING, ROOT, Desk, Token, signature_in, value_of, with_beside
from tests.world import NOW


def test_the_evidence_of_a_stamped_deal_is_right_and_says_who_stamped_it_when(tmp_path: Path, stamped: Files) -> None:
    found, lines = told(tmp_path, packed(stamped))
    assert found == ""
    root, *stamps = lines
    der = x509.load_pem_x509_certificate(stamped["stamp-root.pem"])
    assert root.startswith("Time-stamp root, enclosed, compare it")
    assert root.endswith(der.fingerprint(VERIFIER.hashes.SHA256()).hex())
    assert [line.partition(",")[0] for line in stamps] == [
        f"documents/contract-1-signature-{one}.pdf" for one in (1, 2)
    ]
    today = datetime.now(UTC).date().isoformat()[:7]
    for line in stamps:
        assert f": {today}" in line
        assert "CN=Stamps of the city, from the time-stamp root above" in line


def test_a_person_gives_the_root_of_the_authority_as_he_got_it_elsewhere(tmp_path: Path, stamped: Files) -> None:
    (tmp_path / "deal.zip").write_bytes(packed(stamped))
    (tmp_path / "mine.pem").write_bytes(stamped["stamp-root.pem"])
    (tmp_path / "other.pem").write_bytes(ROOT.pem)
    answer = run(PROGRAM, "deal.zip", "--stamp-root", "mine.pem", cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "Time-stamp root, yours" in answer.stdout
    answer = run(PROGRAM, "deal.zip", "--stamp-root", "other.pem", cwd=tmp_path)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert "time stamp: does not come from the root certificate" in answer.stdout


def test_without_a_root_the_stamp_is_checked_and_its_authority_is_not_compared(
    tmp_path: Path, stamped: Files, authority: Authority
) -> None:
    files = {name: content for name, content in stamped.items() if name != "stamp-root.pem"}
    for content in (signed_anew(files, authority), signed_anew({**stamped, "stamp-root.pem": ROOT.pem}, authority)):
        found, lines = told(tmp_path, content)
        assert found == ""
        assert [line for line in lines if "root above" in line] == []
        assert sum("the root of this authority is not compared" in line for line in lines) == 2


def test_a_package_without_stamps_encloses_no_root_of_them_and_says_so_if_asked(
    tmp_path: Path, content: bytes, files: Files
) -> None:
    assert "stamp-root.pem" not in files
    assert told(tmp_path, content) == ("", [])
    found, lines = told(tmp_path, content, ROOT.pem)
    assert (found, sum("without a time stamp" in line for line in lines)) == ("", 2)


@pytest.mark.parametrize(
    ("token", "root", "said"),
    [
        (by(BELOW), ROOT, "does not come from the root certificate"),
        (by(BELOW_NO_ISSUER, NO_ISSUER), ROOT, "its issuer may not issue it"),
        (by(BELOW_NO_KEY, NO_ISSUING_KEY), ROOT, "its issuer may not issue it"),
        (by(DESK_OF_DESK, DESK), ROOT, "its issuer may not issue it"),
        (by(BELOW_SHORT), SHORT_ROOT, "was not valid at"),
    ],
)
def test_a_chain_that_does_not_hold_at_the_moment_of_the_stamp_is_wrong_if_the_root_was_given(
    tmp_path: Path, stamped: Files, authority: Authority, token: Token, root: Desk, said: str
) -> None:
    content = with_token(stamped, authority, token)
    assert told(tmp_path, content)[0] == ""
    assert told(tmp_path, content, root.pem + stamped["stamp-root.pem"])[0].startswith(f"{STAMP}: {said}")


def test_of_a_root_and_its_renewal_whichever_was_valid_is_taken(
    tmp_path: Path, stamped: Files, authority: Authority
) -> None:
    old = Desk("Root renewed", extensions=ISSUING, since=NOW - timedelta(days=4000), days=3650)
    new = Desk("Root renewed", extensions=ISSUING, key=old.key)
    house = Desk("Below the renewed root", new)
    mine = stamped["stamp-root.pem"]
    for enclosed in ((), (old,), (old, new), (new, old)):
        content = with_token({**stamped, "stamp-root.pem": old.pem + new.pem}, authority, by(house, *enclosed))
        for roots in (None, old.pem + new.pem + mine, new.pem + old.pem + mine):
            found, lines = told(tmp_path, content, roots)
            assert (found, "from the time-stamp root above" in lines[-1]) == ("", True)
        assert told(tmp_path, content, old.pem + mine)[0].startswith(f"{STAMP}: was not valid at")


def test_a_crowd_of_certificates_that_issue_each_other_is_gone_through_once() -> None:
    """Otherwise whoever makes a package could have its check take years."""
    first = Desk("One of a crowd", extensions=ISSUING)
    crowd = [Desk("One of a crowd", extensions=ISSUING, key=first.key).certificate for _ in range(20)]
    below = Desk("Below a crowd", first).certificate
    with pytest.raises(VERIFIER.Wrong, match="does not come from the root certificate"):
        VERIFIER.chained([below, *crowd], [ROOT.certificate], NOW, "a stamp")


@pytest.mark.parametrize("forged", ["\n", "\r", "\x85", "\u2028", "\x1b[2K", "\u202e", "\u2066", "\u200b"])
def test_a_name_writes_no_line_of_its_own_and_turns_none_around(
    tmp_path: Path, stamped: Files, authority: Authority, forged: str
) -> None:
    content = with_token(stamped, authority, by(Desk(f"Some{forged}desk", ROOT)))
    _, lines = told(tmp_path, content)
    assert f"CN=Some{ascii(forged)[1:-1]}desk" in lines[-1]


def test_a_name_writes_no_line_of_its_own_into_what_is_wrong(tmp_path: Path, stamped: Files) -> None:
    content = packed({**stamped, "more\n- Everything holds": b""})
    assert problem(tmp_path, content) == "more\\n- Everything holds: is not in the manifest / 不在清单中"


def test_a_stamp_of_another_signature_is_named(tmp_path: Path, stamped: Files, authority: Authority) -> None:
    of_first = Token().of(value_of(signature_in(stamped["documents/contract-1-signature-1.pdf"])))
    content = with_stamp(stamped, authority, of_first)
    assert problem(tmp_path, content) == f"{STAMP}: is not of this signature / 不是对该签名加盖的"


def test_nothing_unknown_stands_beside_a_signature(tmp_path: Path, stamped: Files, authority: Authority) -> None:
    pdf = stamped[LAST_PDF]
    token = Token().of(stamped_value(stamped))
    for beside in ([("1.2.3.4", token)], [(TOKEN, token), ("1.2.3.4", token)], [(TOKEN, token), (TOKEN, token)]):
        content = signed_anew(replaced(stamped, LAST_PDF, with_beside(pdf, *beside)), authority)
        found = problem(tmp_path, content)
        assert found.startswith(f"{LAST_PDF}, signature of 孙丽华: has something unknown beside it"), beside


def survivors(folder: Path, files: Files, authority: Authority, every: int) -> list[int]:
    """The bytes of the stamp whose change is not found though somebody put right everything else, and changes what is told."""
    pdf, right = files[LAST_PDF], told(folder, packed(files))
    token = signature_in(pdf)["content"]["signer_infos"][0]["unsigned_attrs"].dump().hex().encode()
    begin, found, unseen = pdf.lower().rindex(token), 0, []
    for place in range(begin, begin + len(token), every):
        digit = b"%X" % (int(pdf[place : place + 1], 16) ^ 1)
        changed = pdf[:place] + digit + pdf[place + 1 :]
        said = told(folder, signed_anew(replaced(files, LAST_PDF, changed), authority))
        found += said[0].startswith(LAST_PDF)
        if not said[0].startswith(LAST_PDF) and said != right and "is not compared" not in said[1][-1]:
            unseen.append(place - begin)
    assert found > len(token) // every // 2
    return unseen


def test_no_changed_byte_of_a_stamp_says_something_else(tmp_path: Path, stamped: Files, authority: Authority) -> None:
    """Bytes that no signature covers may differ, such as those of further certificates; what is told then is the same, or that
    the authority is not compared."""
    assert survivors(tmp_path, stamped, authority, 37) == []


@pytest.mark.soak
def test_no_changed_digit_of_a_stamp_says_something_else(tmp_path: Path, stamped: Files, authority: Authority) -> None:
    assert survivors(tmp_path, stamped, authority, 1) == []
