"""What the service takes from a time-stamp authority is what verify.py calls right, for what is kept is never made anew: the rule
stands in both, and this holds them together."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, crl, parser
from asn1crypto.tsp import TimeStampReq
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from marketplace.infra.authority import Authority
from marketplace.infra.timestamp_demands import TOLERANCE
from marketplace.infra.timestamps import TimeStampAuthority
from marketplace.kernel.clock import SetClock
from tests.evidence.packages import Files
from tests.evidence.stamps import (
    BELOW,
    BETWEEN,
    LARGE_DESK,
    LASTING,
    RSA_DESK,
    STAMP,
    TOO_EARLY,
    by,
    desk,
    stamped_value,
    told,
    used,
    with_stamp,
)
from tests.evidence.tokens import DESK, ROOT, STAMPING, Token
from tests.stamping import Stamping, stamping
from tests.world import NOW

SECOND = timedelta(seconds=1)
BOTH = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING])
CODE = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
NOT_FOR_STAMPS = "its certificate is not for time stamps"
NOT_NAMED = "was made with another certificate"
WRITTEN = f"{NOW:%Y%m%d%H%M%S}"


def with_revoked(token: bytes) -> bytes:
    """As some authorities enclose it."""
    lists = x509.CertificateRevocationListBuilder().issuer_name(ROOT.certificate.subject)
    made = lists.last_update(NOW).next_update(NOW + timedelta(days=9)).sign(ROOT.key, hashes.SHA256())
    found = cms.ContentInfo.load(token)
    parsed = crl.CertificateList.load(made.public_bytes(Encoding.DER))
    found["content"]["crls"] = [cms.RevocationInfoChoice(name="crl", value=parsed)]
    return bytes(found.dump(force=True))


def with_one_beside(token: bytes) -> bytes:
    found = cms.ContentInfo.load(token)
    beside = cms.CMSAttributes(
        [cms.CMSAttribute({"type": "signing_time", "values": [cms.Time(name="utc_time", value=NOW)]})]
    )
    found["content"]["signer_infos"][0]["unsigned_attrs"] = beside
    return bytes(found.dump(force=True))


def without_lengths(token: bytes) -> bytes:
    """BER that is not DER: what is signed ends where two zeros say so."""
    found = cms.ContentInfo.load(token)
    signed = b"0\x80" + found["content"].contents + b"\0\0"
    return bytes(parser.emit(0, 1, 16, found["content_type"].dump() + parser.emit(2, 1, 0, signed)))


def unchanged(token: bytes) -> bytes:
    return token


Change = Callable[[bytes], bytes]

RIGHT: dict[str, Token | tuple[Token, Change]] = {
    "usual": Token(),
    "of the signature's moment": Token(after=timedelta(0)),
    "a clock that is slow": Token(after=-TOLERANCE),
    "with fractions": Token(moment=f"{WRITTEN}.25Z"),
    "as exact as need be": Token(accuracy_s=int(TOLERANCE.total_seconds())),
    "exact or not": Token(accuracy_s=None),
    "named by SHA-256": Token(by_certificate=("sha256",)),
    "named twice": Token(by_certificate=("v1", "sha512")),
    "P-521 and SHA-384": replace(by(LARGE_DESK), digest="sha384", method="sha384_ecdsa"),
    "P-521 and SHA-512": replace(by(LARGE_DESK), digest="sha512", method="sha512_ecdsa"),
    "RSA": replace(by(RSA_DESK), method="rsassa_pkcs1v15"),
    "RSA and SHA-512": replace(by(RSA_DESK), method="rsassa_pkcs1v15", digest="sha512"),
    "RSA with SHA-256": replace(by(RSA_DESK), method="sha256_rsa"),
    "RSA-PSS": replace(by(RSA_DESK), method="rsassa_pss"),
    "root enclosed": by(DESK, ROOT),
    "one between": by(BELOW, BETWEEN),
    "one between, and the root": by(BELOW, ROOT, BETWEEN),
    "enclosed twice": by(DESK, DESK),
    "list of revoked ones": (Token(), with_revoked),
    "a key for signatures": used("digital_signature"),
    "a key for what cannot be denied": used("content_commitment"),
}

WRONG: dict[str, tuple[Token, str] | tuple[Token, str, Change]] = {
    "dated forward": (Token(after=-TOLERANCE - SECOND), "is from before the signature's own moment"),
    "a day early": (Token(after=timedelta(days=-1, hours=1)), "is from before the signature's own moment"),
    "years late": (replace(by(LASTING), after=timedelta(days=30_000)), "is from after this package was made"),
    "certificate not yet valid": (by(TOO_EARLY), "was not valid at"),
    "certificate run out": (Token(after=timedelta(days=9_000)), "was not valid at"),
    "in local time": (Token(moment=f"{WRITTEN}+0800"), "cannot be read"),
    "of no second": (Token(moment=f"{WRITTEN[:-2]}Z"), "cannot be read"),
    "not exact": (Token(accuracy_s=int(TOLERANCE.total_seconds())+ 1), "does not say exactly when"),
    "not exact at all": (Token(accuracy_s=10**15), "does not say exactly when"),
    "another type": (Token(content_type="data"), "is of another type of content"),
    "certificate not named": (Token(by_certificate=()), NOT_NAMED),
    "signed by another": (Token(signed_with=ROOT.key), "the signature is not valid"),
    "certificate not enclosed": (Token(enclosed=(ROOT,)), "does not enclose its certificate"),
    "other hash than it says": (Token(method="sha512_ecdsa"), "the signature is not valid"),
    "unknown method": (Token(method="ed25519"), "is of an unknown kind"),
    "other key than it says": (replace(by(RSA_DESK), method="sha256_ecdsa"), "cannot be read"),
    "several hashes": (replace(by(RSA_DESK), method="rsassa_pss", pss="sha512"), "the signature is not valid"),
    "for nothing": (desk(), NOT_FOR_STAMPS),
    "not critically": (desk((STAMPING[0][0], False)), NOT_FOR_STAMPS),
    "for programs": (desk((CODE, True)), NOT_FOR_STAMPS),
    "for programs too": (desk((BOTH, True)), NOT_FOR_STAMPS),
    "a key for secrets": (used("key_agreement"), NOT_FOR_STAMPS),
    "something beside it": (Token(), "has something unknown beside it", with_one_beside),
    "not DER": (Token(), "cannot be read", without_lengths),
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stamping]:
    """An authority that answers as a test wants it."""
    with stamping(tmp_path_factory.mktemp("taken") / "stamps") as house:
        yield house


def answer(house: Stamping, files: Files, token: Token, change: Change = unchanged) -> tuple[bytes | None, bytes]:
    """What the service takes for the last signature of the package, given at NOW, and what the authority said."""
    value, said = stamped_value(files), []

    def make(query: TimeStampReq) -> bytes:
        said.append(change(token.of(value, query["nonce"].native)))
        return said[-1]

    house.makes = make
    made_at = datetime.fromisoformat(json.loads(files["manifest.json"])["made_at"])
    try:
        taken = TimeStampAuthority(house.url, (), SetClock(made_at)).stamp(value, since=NOW)
    except OSError:
        taken = None
    return taken, said[-1]


@pytest.mark.parametrize("case", RIGHT.values(), ids=RIGHT)
def test_a_right_stamp_is_taken_and_called_right(
    tmp_path: Path, stamped: Files, authority: Authority, house: Stamping, case: Token | tuple[Token, Change]
) -> None:
    token, *change = case if isinstance(case, tuple) else (case,)
    taken, made = answer(house, stamped, token, *change)
    assert taken == made
    content = with_stamp({**stamped, "stamp-root.pem": ROOT.pem}, authority, made)
    found, lines = told(tmp_path, content)
    assert found == ""
    assert f"CN={token.desk.name}, from the time-stamp root above" in lines[-1]
    assert told(tmp_path, content, ROOT.pem + stamped["stamp-root.pem"])[0] == ""


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_a_stamp_that_is_called_wrong_is_not_taken(
    tmp_path: Path,
    stamped: Files,
    authority: Authority,
    house: Stamping,
    case: tuple[Token, str] | tuple[Token, str, Change],
) -> None:
    token, said, *change = case
    taken, made = answer(house, stamped, token, *change)
    assert taken is None
    assert told(tmp_path, with_stamp(stamped, authority, made))[0].startswith(f"{STAMP}: {said}")


@pytest.mark.parametrize("imprint", ["sha384", "sha512"])
def test_who_asked_for_a_longer_hash_has_a_right_stamp(
    tmp_path: Path, stamped: Files, authority: Authority, house: Stamping, imprint: str
) -> None:
    """The service asks for SHA-256, and takes what it asked for."""
    taken, made = answer(house, stamped, Token(imprint=imprint))
    assert taken is None
    assert told(tmp_path, with_stamp(stamped, authority, made))[0] == ""
