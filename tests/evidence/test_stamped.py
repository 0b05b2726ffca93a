"""Evidence of a deal whose signatures bear the time stamp of an authority elsewhere: each is checked, and said to be whose."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from marketplace.infra.authority import Authority
from tests.evidence.packages import PROGRAM, VERIFIER, Files, packed, problem, replaced, run, signed_anew
from tests.evidence.tokens import DESK, ISSUING, ROOT, STAMPING, Desk, Token, signature_in, value_of, with_beside
from tests.world import NOW

LAST_PDF = "documents/contract-1-signature-2.pdf"
STAMP = f"{LAST_PDF}, signature of 孙丽华, time stamp"
TOKEN = "signature_time_stamp_token"

TOO_EARLY = Desk("Not yet", ROOT, since=NOW + timedelta(hours=1))
RSA_DESK = Desk("Another desk by RSA", ROOT, key=rsa.generate_private_key(65537, 2048))
LARGE_DESK = Desk("Another desk by P-521", ROOT, key=ec.generate_private_key(ec.SECP521R1()))
LASTING = Desk("Another desk for a century", ROOT, days=36_500)
BETWEEN = Desk("Between", ROOT, extensions=ISSUING)
BELOW = Desk("Below", BETWEEN)
NO_ISSUER = Desk("No issuer", ROOT, extensions=((x509.BasicConstraints(ca=False, path_length=None), True),))
BELOW_NO_ISSUER = Desk("Below no issuer", NO_ISSUER)
DESK_OF_DESK = Desk("Below another desk", DESK)
SHORT_ROOT = Desk("Root of a day", extensions=ISSUING, since=NOW - timedelta(days=2), days=1)
BELOW_SHORT = Desk("Below the root of a day", SHORT_ROOT)


def desk(*extensions: tuple[x509.ExtensionType, bool]) -> Token:
    """A right token by somebody whose certificate has these extensions."""
    house = Desk("Some desk", ROOT, extensions=extensions)
    return Token(house, enclosed=(house,))


def by(house: Desk, *above: Desk) -> Token:
    """A right token by somebody, with the certificates above his own."""
    return Token(house, enclosed=(house, *above))


def with_token(files: Files, authority: Authority, token: Token) -> bytes:
    """The package with another stamp on its last signature, all told of it put right, under the authority's own signature."""
    made = token.of(value_of(signature_in(files[LAST_PDF])))
    return signed_anew(replaced(files, LAST_PDF, with_beside(files[LAST_PDF], (TOKEN, made))), authority)


def told(folder: Path, content: bytes, stamp_root: bytes | None = None) -> tuple[str, list[str]]:
    """The first problem, and what is said of stamps."""
    path, root = folder / "evidence.zip", folder / "stamps.pem"
    path.write_bytes(content)
    root.write_bytes(stamp_root or b"")
    lines: list[str] = []
    found = VERIFIER.check(path, say=lines.append, stamp_root=root if stamp_root else None)
    return str(found), [line for line in lines if "ime stamp" in line or "Time-stamp" in line]


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
    "token",
    [
        Token(),
        Token(after=timedelta(seconds=-30)),
        Token(after=timedelta(seconds=-100), accuracy_s=60),
        Token(accuracy_s=None),
        Token(imprint="sha384"),
        Token(imprint="sha512"),
        Token(by_certificate=("sha256",)),
        Token(by_certificate=("v1", "sha512")),
        replace(by(LARGE_DESK), digest="sha384", method="sha384_ecdsa"),
        replace(by(LARGE_DESK), digest="sha512", method="sha512_ecdsa"),
        replace(by(RSA_DESK), method="rsassa_pkcs1v15"),
        replace(by(RSA_DESK), method="rsassa_pkcs1v15", digest="sha512"),
        replace(by(RSA_DESK), method="sha256_rsa"),
        replace(by(RSA_DESK), method="rsassa_pss"),
        by(DESK, ROOT),
        by(BELOW, BETWEEN),
        by(BELOW, ROOT, BETWEEN),
    ],
)
def test_what_other_authorities_do_is_right_too(
    tmp_path: Path, stamped: Files, authority: Authority, token: Token
) -> None:
    content = with_token({**stamped, "stamp-root.pem": ROOT.pem}, authority, token)
    found, lines = told(tmp_path, content)
    assert found == ""
    assert f"CN={token.desk.name}, from the time-stamp root above" in lines[-1]
    both = ROOT.pem + stamped["stamp-root.pem"]
    assert told(tmp_path, content, both)[0] == ""


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (Token(after=timedelta(minutes=-2)), "is from before the signature's own moment"),
        (replace(by(LASTING), after=timedelta(days=30_000)), "is from after this package was made"),
        (by(TOO_EARLY), "was not valid at"),
        (Token(content_type="data"), "is of another type of content"),
        (Token(by_certificate=()), "was made with another certificate"),
        (Token(signed_with=ROOT.key), "the signature is not valid"),
        (Token(enclosed=(ROOT,)), "does not enclose its certificate"),
        (Token(method="sha512_ecdsa"), "the signature is not valid"),
        (Token(method="ed25519"), "is of an unknown kind"),
        (replace(by(RSA_DESK), method="sha256_ecdsa"), "cannot be read"),
        (desk(), "its certificate is not for time stamps"),
        (desk((STAMPING[0][0], False)), "its certificate is not for time stamps"),
        (
            desk((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), True)),
            "its certificate is not for time stamps",
        ),
    ],
)
def test_a_stamp_that_is_not_right_is_wrong_under_the_authority_s_own_signature(
    tmp_path: Path, stamped: Files, authority: Authority, token: Token, said: str
) -> None:
    assert problem(tmp_path, with_token(stamped, authority, token)).startswith(f"{STAMP}: {said}")


@pytest.mark.parametrize(
    ("token", "root", "said"),
    [
        (by(BELOW), ROOT, "does not come from the root certificate"),
        (by(BELOW_NO_ISSUER, NO_ISSUER), ROOT, "its issuer may not issue it"),
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


def test_a_stamp_of_another_signature_is_named(tmp_path: Path, stamped: Files, authority: Authority) -> None:
    pdf = stamped[LAST_PDF]
    of_first = Token().of(value_of(signature_in(stamped["documents/contract-1-signature-1.pdf"])))
    content = signed_anew(replaced(stamped, LAST_PDF, with_beside(pdf, (TOKEN, of_first))), authority)
    assert problem(tmp_path, content) == f"{STAMP}: is not of this signature / 不是对该签名加盖的"


def test_nothing_unknown_stands_beside_a_signature(tmp_path: Path, stamped: Files, authority: Authority) -> None:
    pdf = stamped[LAST_PDF]
    token = Token().of(value_of(signature_in(pdf)))
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
