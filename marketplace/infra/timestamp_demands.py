"""What a time stamp must be so that whoever checks the evidence takes it: the same that evidence/verify.py demands.

That program goes out as one file without the platform, so the rule stands there once more; tests/evidence/test_taken_stamps.py
holds the two together. What is kept with a signature is never made anew: a stamp that is wrong there is not taken here.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import parser
from asn1crypto.cms import CMSAttributes, ContentInfo
from asn1crypto.tsp import ESSCertIDv2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

TOLERANCE = timedelta(minutes=5)
"""How far two clocks that are looked after may differ, and how exact an authority must say its own is: verify.py's `_CLOCKS`."""

_HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_BY_HASH = {f"{kind}_{key}" for kind in _HASHES for key in ("ecdsa", "rsa")}
_METHODS = {*_BY_HASH, "rsassa_pkcs1v15", "rsassa_pss"}
_NAMING = {"signing_certificate", "signing_certificate_v2"}
_GROUPS = {16, 17}  # SEQUENCE and SET
_MOMENT = re.compile(rb"\d{14}(\.\d+)?Z")


def demand(token: ContentInfo, since: datetime, now: datetime) -> None:
    """Raise ValueError unless a token (RFC 3161), whose signature holds, is one that anybody takes for what was there at
    `since`, and is not of later than `now` (both UTC)."""
    signed = token["content"]
    content, signers = signed["encap_content_info"]["content"], signed["signer_infos"]
    _require(len(signers) == 1, "is not by one signer")
    _require(all(_is_der(one) for one in (token.dump(), bytes(content))), "is not in DER")
    _require_known(signers[0])
    certificate = _certificate_of(signed, signers[0])
    _require_named(signers[0], certificate)
    _require_for_stamps(certificate)
    _require_moment(content.parsed, certificate, since, now)


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise ValueError(f"a time stamp that {why}")


def _is_der(content: bytes) -> bool:
    """Whether every length is told and no string is in pieces, as in DER; not whether sets are in order."""
    at = 0
    while at < len(content):
        kind, has_parts, tag, header, inside, trailer = parser.parse(content[at:])
        is_plain = not has_parts or ((kind != 0 or tag in _GROUPS) and _is_der(inside))
        if trailer or not is_plain:
            return False
        at += len(header) + len(inside)
    return True


def _require_known(signer: Any) -> None:
    """Its algorithms are those that everybody has, and nothing stands beside its signature."""
    digest, method = signer["digest_algorithm"]["algorithm"].native, signer["signature_algorithm"]
    _require(digest in _HASHES and method["algorithm"].native in _METHODS, "is of an unknown kind")
    if method["algorithm"].native == "rsassa_pss":
        told = method["parameters"]
        parts = told["hash_algorithm"], told["mask_gen_algorithm"]["parameters"]
        _require({one["algorithm"].native for one in parts} == {digest}, "is made with several hashes")
    _require(not isinstance(signer["unsigned_attrs"], CMSAttributes), "has something unknown beside it")


def _certificate_of(signed: Any, signer: Any) -> x509.Certificate:
    """The one that the signer names by issuer and number, among those enclosed, which can all be read."""
    given = {one.chosen.dump(): one.chosen for one in signed["certificates"] if one.name == "certificate"}
    readable = {der: x509.load_der_x509_certificate(der) for der in given}
    who = signer["sid"].chosen.contents if signer["sid"].name == "issuer_and_serial_number" else b""
    own = [
        readable[der]
        for der, one in given.items()
        if one.issuer.dump() + one["tbs_certificate"]["serial_number"].dump() == who
    ]
    _require(len(own) == 1, "does not enclose its certificate")
    return own[0]


def _require_named(signer: Any, certificate: x509.Certificate) -> None:
    """What is signed says which certificate it is (RFC 5035): otherwise another one for the same key could be put there."""
    named = [one["values"][0]["certs"][0] for one in signer["signed_attrs"] if one["type"].native in _NAMING]
    _require(bool(named) and all(_is_of(one, certificate) for one in named), "does not name its certificate")


def _is_of(named: Any, certificate: x509.Certificate) -> bool:
    # The older attribute knows no other hash, and a second preimage is not in sight.
    kind = _HASHES.get(named["hash_algorithm"]["algorithm"].native) if isinstance(named, ESSCertIDv2) else hashes.SHA1()  # noqa: S303
    return kind is not None and bool(named["cert_hash"].native == certificate.fingerprint(kind))


def _require_for_stamps(certificate: x509.Certificate) -> None:
    """For time stamps alone, and critically so (RFC 3161 section 2.3); its key signs (RFC 5280 section 4.2.1.3)."""
    extended = [one for one in certificate.extensions if isinstance(one.value, x509.ExtendedKeyUsage)]
    is_for_it = [(one.critical, *one.value) for one in extended] == [(True, ExtendedKeyUsageOID.TIME_STAMPING)]
    usages = [one.value for one in certificate.extensions if isinstance(one.value, x509.KeyUsage)]
    signs = all(one.digital_signature or one.content_commitment for one in usages)
    _require(is_for_it and signs, "is made with a certificate that is not for time stamps")


def _require_moment(told: Any, certificate: x509.Certificate, since: datetime, now: datetime) -> None:
    _require(_MOMENT.fullmatch(told["gen_time"].contents) is not None, "tells its moment in an unknown way")
    at = told["gen_time"].native.replace(microsecond=0)
    is_valid = certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    _require(is_valid, f"is of {at}, when its certificate was not valid")
    clocks = f"is of {at}, while the clocks here say {since} to {now}: set them by NTP, it is asked for again"
    _require(since - TOLERANCE <= at <= now + TOLERANCE, clocks)
    accuracy = told["accuracy"].native or {}
    exact_s = (accuracy.get("seconds") or 0) + sum(accuracy.get(part) is not None for part in ("millis", "micros"))
    _require(0 <= exact_s <= TOLERANCE.total_seconds(), "is not exact")
