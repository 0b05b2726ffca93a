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
_LONGEST_NAME = 64  # X.520 allows no more in a name.


class Authority:
    """The authority in one file: root certificate and key. The passphrase opens the key."""

    def __init__(self, file: Path, passphrase: str) -> None:
        self._file, self._passphrase = file, passphrase.encode()

    @property
    def is_ready(self) -> bool:
        """Whether it has been created."""
        return self._file.exists()

    @property
    def roots(self) -> tuple[bytes, ...]:
        """Its root certificate; none before it is created."""
        return (self._root.public_bytes(Encoding.DER),) if self.is_ready else ()

    @property
    def root_pem(self) -> str:
        """The root certificate as a file, for whoever checks a signature with a program of his own."""
        return self._root.public_bytes(Encoding.PEM).decode()

    def create(self, name: str, at: datetime) -> None:
        """Make key and root certificate. Raises FileExistsError: a second root would leave what the first signed unproved."""
        if self.is_ready:
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
    def _root(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self._file.read_bytes())

    @cached_property
    def _key(self) -> EllipticCurvePrivateKey:
        key = load_pem_private_key(self._file.read_bytes(), self._passphrase)
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
    named = (
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        (NameOID.COMMON_NAME, common),
    )
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")
    return x509.Name([country, *(x509.NameAttribute(oid, text[:_LONGEST_NAME]) for oid, text in named if text)])


def _usage(*wanted: str) -> x509.KeyUsage:
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in wanted for name in names})
