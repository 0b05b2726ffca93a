"""Certificates for signatures: the port a certificate provider fills. The platform's own authority is the first (authority.py).

All certificates are DER. Times are UTC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names: the person who signs, for which party, and the reference of what is signed."""

    person: str
    party: str
    reference: str


@dataclass(frozen=True)
class Credential:
    """A certificate for one signature, those between it and the root, and the use of its key, which may lie elsewhere.

    `sign` gives the ECDSA signature (P-256, DER) of the SHA-256 of some bytes; it may raise OSError, and is tried again.
    """

    certificate: bytes
    chain: tuple[bytes, ...]
    serial: int
    sign: Callable[[bytes], bytes]


class CertificateProvider(Protocol):
    """Makes a certificate for every signature."""

    @property
    def is_ready(self) -> bool:
        """Whether it can be asked; nobody signs electronically before."""
        ...

    @property
    def roots(self) -> tuple[bytes, ...]:
        """Where the chains of its certificates end; a signature is trusted because of these alone."""
        ...

    def credential(self, subject: Subject, at: datetime) -> Credential:
        """A certificate of its own for one signature at this moment. Raises OSError when the provider cannot be reached."""
        ...
