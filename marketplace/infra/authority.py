"""The platform's own certificate authority: a root key, encrypted on disk, and a certificate with a key of its own per signature.

A signer's key is never stored: it signs once and is forgotten, so nobody can sign with it again, and none needs revoking.
"""

import os
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from marketplace.infra.certificates import Credential, Subject
from marketplace.settings import create_once

YEARS = timedelta(days=20 * 365)
"""As long as the root may sign, and so long its certificates can be checked: contracts are kept for decades."""

_BEFORE = timedelta(minutes=5)
_SERIAL_BYTES = 10
_LONGEST_NAME = 64  # characters in a name (X.520), of a common name in the library's counting bytes


class Authority:
    """The authority in one file: root certificate and key. The passphrase opens the key."""

    def __init__(self, file: Path, passphrase: str) -> None:
        self._file, self._passphrase = file, passphrase.encode()

    @property
    def is_ready(self) -> bool:
        """Whether it has been created and can be opened; nobody is to sign what cannot be sealed."""
        try:
            return self._key.public_key() == self._root.public_key()
        except (OSError, TypeError, ValueError):
            return False

    @property
    def roots(self) -> tuple[bytes, ...]:
        """Its root certificate, which takes no passphrase; none where it cannot be read."""
        try:
            return (self._root.public_bytes(Encoding.DER),)
        except (OSError, ValueError):
            return ()

    @property
    def root_pem(self) -> str:
        """The root certificate as a file, for whoever checks a signature with a program of his own."""
        return self._root.public_bytes(Encoding.PEM).decode()

    def create(self, name: str, at: datetime) -> None:
        """Make key and root certificate. Raises FileExistsError: a second root would leave what the first signed unproved."""
        if self._file.exists():
            raise FileExistsError(self._file)
        key, subject = generate_private_key(SECP256R1()), _name("匠果电子签署根证书", name)
        root = (
            _certificate(subject, subject, key, at)
            .not_valid_after(at + YEARS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
            .sign(key, SHA256())
        )
        encrypted = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(self._passphrase))
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # In one file, so that of two who create it at once nobody gets the key of the one and the root of the other.
        create_once(self._file, (root.public_bytes(Encoding.PEM) + encrypted).decode())

    def credential(self, subject: Subject, at: datetime) -> Credential:
        """A new key with its certificate. Raises OSError before the authority is created, ValueError for another passphrase."""
        root, key = self._root, generate_private_key(SECP256R1())
        issuer_key = self._key.public_key()
        certificate = (
            _certificate(_name(subject.person, subject.party, subject.reference), root.subject, key, at)
            .not_valid_after(root.not_valid_after_utc)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage("digital_signature", "content_commitment"), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
            .sign(self._key, SHA256())
        )
        return Credential(
            certificate=certificate.public_bytes(Encoding.DER),
            chain=(root.public_bytes(Encoding.DER),),
            serial=certificate.serial_number,
            sign=lambda content: key.sign(content, ECDSA(SHA256())),
        )

    @cached_property
    def _content(self) -> bytes:
        """Read once: certificate and key must come from the same file, whoever replaces it meanwhile."""
        return self._file.read_bytes()

    @cached_property
    def _root(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self._content)

    @cached_property
    def _key(self) -> EllipticCurvePrivateKey:
        key = load_pem_private_key(self._content, self._passphrase)
        assert isinstance(key, EllipticCurvePrivateKey)
        return key


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, at: datetime
) -> x509.CertificateBuilder:
    """What root and signer's certificate have in common; a clock that is a little ahead must not spoil a signature."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(os.urandom(_SERIAL_BYTES)) | 1)
        .not_valid_before(at - _BEFORE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(common: str, organisation: str, unit: str = "") -> x509.Name:
    parts = (
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, organisation[:_LONGEST_NAME]),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit[:_LONGEST_NAME]),
        (NameOID.COMMON_NAME, common.encode()[:_LONGEST_NAME].decode(errors="ignore")),
    )
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts if text])


def _usage(*wanted: str) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in wanted for name in names})
