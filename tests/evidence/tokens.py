"""Time stamps as tests need them, right and wrong ones: made with another library of ASN.1 than verify.py's own reading."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto.x509 import Certificate as Parsed
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.world import NOW

STAMPING: Sequence[tuple[x509.ExtensionType, bool]] = (
    (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
)
ISSUING: Sequence[tuple[x509.ExtensionType, bool]] = ((x509.BasicConstraints(ca=True, path_length=None), True),)
HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_CONTENTS = re.compile(rb"/Contents <([0-9A-F]{2000,})>", re.IGNORECASE)


@dataclass(eq=False)
class Desk:
    """Somebody with a key and a certificate for it, issued by somebody above or by himself."""

    name: str
    issuer: "Desk | None" = None
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = STAMPING
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    since: datetime = NOW - timedelta(days=1)
    days: int = 3650

    def __post_init__(self) -> None:
        above = self.issuer or self
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, above.name)]))
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.since)
            .not_valid_after(self.since + timedelta(days=self.days))
        )
        for extension, is_critical in self.extensions:
            builder = builder.add_extension(extension, is_critical)
        self.certificate = builder.sign(above.key, hashes.SHA256())

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


ROOT = Desk("Another root", extensions=ISSUING)
DESK = Desk("Another desk", ROOT)


@dataclass(frozen=True)
class Token:
    """What is to be said of a signature, and how; everything is as it should be unless a test says otherwise."""

    desk: Desk = DESK
    after: timedelta = timedelta(minutes=5)
    """The signature was given at NOW."""
    moment: str = ""
    """How it is written, if in another way than usual."""
    imprint: str = "sha256"
    digest: str = "sha256"
    method: str = "sha256_ecdsa"
    pss: str = "sha256"
    """The hash that RSA-PSS says it is made with, and is."""
    by_certificate: tuple[str, ...] = ("v1",)
    accuracy_s: int | None = 1
    content_type: str = "tst_info"
    enclosed: tuple[Desk, ...] = (DESK,)
    signed_with: Any = None

    def of(self, signature: bytes, nonce: int | None = None) -> bytes:
        """The token (DER) of a signature."""
        info = self._info(signature, nonce)
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": [self.content_type]},
                {"type": "message_digest", "values": [hashlib.new(self.digest, info).digest()]},
                *self._naming(),
            ]
        )
        certificate = Parsed.load(self.desk.der)
        number = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": cms.IssuerAndSerialNumber(number)}),
                "digest_algorithm": {"algorithm": self.digest},
                "signed_attrs": attributes,
                "signature_algorithm": self._method(),
                "signature": self._signed(attributes.dump()),
            }
        )
        signed = {
            "version": "v3",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": self.digest})],
            "encap_content_info": {"content_type": self.content_type, "content": cms.ParsableOctetString(info)},
            "certificates": [Parsed.load(one.der) for one in self.enclosed],
            "signer_infos": [signer],
        }
        token = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})
        return bytes(token.dump())

    def _method(self) -> dict[str, Any]:
        kind = {"algorithm": self.pss}
        told = {
            "hash_algorithm": kind,
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": kind},
            "salt_length": HASHES[self.pss].digest_size,
        }
        return {"algorithm": self.method, **({"parameters": told} if self.method == "rsassa_pss" else {})}

    def _info(self, signature: bytes, nonce: int | None) -> bytes:
        hashed = hashlib.new(self.imprint, signature).digest()
        values = {
            "version": "v1",
            "policy": "1.2.3.4.1",
            "message_imprint": {"hash_algorithm": {"algorithm": self.imprint}, "hashed_message": hashed},
            "serial_number": 7,
            "gen_time": NOW + self.after,
            "nonce": nonce,
        }
        if self.moment:
            values["gen_time"] = core.GeneralizedTime.load(bytes([24, len(self.moment)]) + self.moment.encode())
        if self.accuracy_s is not None:
            values["accuracy"] = {"seconds": self.accuracy_s}
        return bytes(tsp.TSTInfo(values).dump())

    def _naming(self) -> list[Any]:
        """That the certificate is this one, said once or twice (RFC 5035)."""
        found: list[Any] = []
        for one in self.by_certificate:
            if one == "v1":
                own: Any = tsp.SigningCertificate({"certs": [{"cert_hash": hashlib.sha1(self.desk.der).digest()}]})
                found.append({"type": "signing_certificate", "values": [own]})
                continue
            told = {} if one == "sha256" else {"hash_algorithm": {"algorithm": one}}
            own = tsp.SigningCertificateV2({"certs": [{**told, "cert_hash": hashlib.new(one, self.desk.der).digest()}]})
            found.append({"type": "signing_certificate_v2", "values": [own]})
        return found

    def _signed(self, content: bytes) -> bytes:
        key, kind = self.signed_with or self.desk.key, HASHES[self.digest]
        if isinstance(key, rsa.RSAPrivateKey):
            pss = HASHES[self.pss]
            if self.method == "rsassa_pss":
                return key.sign(content, padding.PSS(padding.MGF1(pss), pss.digest_size), pss)
            return key.sign(content, padding.PKCS1v15(), kind)
        return bytes(key.sign(content, ec.ECDSA(kind)))


def signature_in(pdf: bytes) -> cms.ContentInfo:
    """The last signature of a file."""
    hexadecimal = _CONTENTS.findall(pdf)[-1]
    return cms.ContentInfo.load(bytes.fromhex(hexadecimal.decode()), strict=False)


def value_of(found: cms.ContentInfo) -> bytes:
    """The value that a stamp is of."""
    return bytes(found["content"]["signer_infos"][0]["signature"].native)


def with_beside(pdf: bytes, *attributes: tuple[str, bytes]) -> bytes:
    """The file with other unsigned attributes beside its last signature, which covers none of them: type and value (DER)."""
    place = list(_CONTENTS.finditer(pdf))[-1]
    found = signature_in(pdf)
    beside = cms.CMSAttributes([_attribute(*one) for one in attributes])
    found["content"]["signer_infos"][0]["unsigned_attrs"] = beside
    content = bytes(found.dump()).hex().encode()
    return bytes(pdf[: place.start(1)]) + content.ljust(len(place[1]), b"0") + pdf[place.end(1) :]


def _attribute(kind: str, value: bytes) -> cms.CMSAttribute:
    """By its bytes: the library would know some of the types, and look into them."""
    return cms.CMSAttribute({"type": kind, "values": [cms.ContentInfo.load(value)]})
