"""Who stamps in tests, and packages with other stamps than they were made with."""

from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from marketplace.infra.authority import Authority
from tests.evidence.packages import VERIFIER, Files, replaced, signed_anew
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


def usage(*wanted: str) -> tuple[x509.ExtensionType, bool]:
    """What a key is for, and for nothing else."""
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign"
    )
    every = [*names.split(), "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{one: one in wanted for one in every}), True


NO_ISSUING_KEY = Desk("No issuing key", ROOT, extensions=(*ISSUING, usage("digital_signature")))
BELOW_NO_KEY = Desk("Below no issuing key", NO_ISSUING_KEY)


def desk(*extensions: tuple[x509.ExtensionType, bool]) -> Token:
    """A right token by somebody whose certificate has these extensions."""
    return by(Desk("Some desk", ROOT, extensions=extensions))


def used(*usages: str) -> Token:
    """The same by somebody whose key is for this alone."""
    return desk(*STAMPING, usage(*usages))


def by(house: Desk, *above: Desk) -> Token:
    """A right token by somebody, with the certificates above his own."""
    return Token(house, enclosed=(house, *above))


def stamped_value(files: Files) -> bytes:
    """What a stamp on the last signature is of."""
    return value_of(signature_in(files[LAST_PDF]))


def with_stamp(files: Files, authority: Authority, made: bytes) -> bytes:
    """The package with another stamp on its last signature, all told of it put right, under the authority's own signature."""
    return signed_anew(replaced(files, LAST_PDF, with_beside(files[LAST_PDF], (TOKEN, made))), authority)


def with_token(files: Files, authority: Authority, token: Token) -> bytes:
    """The same, made of that signature."""
    return with_stamp(files, authority, token.of(stamped_value(files)))


def told(folder: Path, content: bytes, stamp_root: bytes | None = None) -> tuple[str, list[str]]:
    """The first problem, and what is said of stamps."""
    path, root = folder / "evidence.zip", folder / "stamps.pem"
    path.write_bytes(content)
    root.write_bytes(stamp_root or b"")
    lines: list[str] = []
    found = VERIFIER.check(path, say=lines.append, stamp_root=root if stamp_root else None)
    return str(found), [line for line in lines if "ime stamp" in line or "Time-stamp" in line]
