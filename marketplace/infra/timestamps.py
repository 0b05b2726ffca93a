"""Time stamps (RFC 3161) of an authority that does not run the service: it signs that a hash was there at a moment.

It learns hashes alone, never what they are of. Tokens are DER of CMS; times are UTC.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asn1crypto.cms import ContentInfo
from asn1crypto.x509 import Certificate
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from marketplace.infra.apart import apart
from marketplace.infra.timestamp_demands import demand
from marketplace.kernel.clock import Clock, SystemClock
from marketplace.settings import Settings

_PATIENCE_S = 20


@dataclass(frozen=True)
class Stamp:
    """Which authority saw a content, and when. `is_trusted`: its certificate comes from the root that is set here."""

    authority: str
    at: datetime
    is_trusted: bool


class _Client(RequestsHTTPTimeStamper):
    """Takes no token that others would call wrong: what is kept with one is never made anew, what waits is tried again."""

    def __init__(self, authority: "TimeStampAuthority", since: datetime) -> None:
        super().__init__(authority.url, timeout=_PATIENCE_S)  # type: ignore[no-untyped-call]
        self._authority, self._since = authority, since
        self._dummy_response_cache = authority.samples

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> ContentInfo:
        """A token for this hash. Raises OSError when the authority cannot be reached, refuses, or answers anything else."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            signed = token["content"]
            context = context_of(signed, certificates_in(signed))
            asked = {md_algorithm: message_digest}
            found = await validate_tst_signed_data(signed, context, lambda algorithm: asked.get(algorithm, b""))
            status = TimestampSignatureStatus(**found)
            demand(token, self._since, self._authority.clock.now())
        except Exception as error:
            raise OSError(f"the time-stamp authority has given no time stamp: {error!r}") from error
        if not (status.valid and status.intact):
            raise OSError("the time-stamp authority has stamped something else")
        return token


@dataclass(frozen=True)
class TimeStampAuthority:
    """Where to ask, empty for nowhere or nowhere any more, and the roots (DER) that its certificates come from, or those of one
    before it. `clock`: the machine's, whatever the service's is set to, for the authority's cannot be set."""

    url: str = ""
    roots: tuple[bytes, ...] = ()
    clock: Clock = field(default_factory=SystemClock)
    samples: dict[str, ContentInfo] = field(default_factory=dict, repr=False)
    """One token by hash, kept to know how much room a token takes: it is asked for once, not for each signature."""

    def client(self, since: datetime) -> TimeStamper | None:
        """Asks for stamps of what was there at a moment (UTC); None where nobody is asked."""
        return _Client(self, since) if self.url else None

    def stamp(self, content: bytes, since: datetime) -> bytes | None:
        """A token for the SHA-256 of bytes that were there at a moment (UTC), None where nobody is asked. Raises OSError when the
        authority cannot be reached, refuses, or answers what others would call wrong."""
        if (client := self.client(since)) is None:
            return None
        digest = hashlib.sha256(content).digest()
        return bytes(apart(lambda: asyncio.run(client.async_timestamp(digest, "sha256"))).dump())


def build(settings: Settings) -> TimeStampAuthority:
    """The authority of the settings. Raises OSError or ValueError where its root cannot be read. Roots are read although nobody
    is asked any more: what was stamped before is still checked by them."""
    if not settings.timestamp_url and not settings.timestamp_root_file.exists():
        return TimeStampAuthority()
    roots = load_pem_x509_certificates(settings.timestamp_root_file.read_bytes())
    return TimeStampAuthority(settings.timestamp_url, tuple(one.public_bytes(Encoding.DER) for one in roots))


def stamp_in(token: bytes, content: bytes, roots: Sequence[bytes]) -> Stamp:
    """What a token says of some bytes. Raises ValueError where it is not of them, or was changed."""
    try:
        return read_stamp(ContentInfo.load(token)["content"], content, roots)
    except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything, and whatever it is, they prove nothing
        raise ValueError(f"no time stamp of this content: {error}") from None


def read_stamp(signed: Any, content: bytes, roots: Sequence[bytes]) -> Stamp:
    """The same of a token that is parsed already (asn1crypto's SignedData). Raises whatever damaged bytes raise."""
    status = _status(signed, content, certificates_in(signed))
    if not (status.valid and status.intact):
        raise ValueError("its signature does not fit")
    is_trusted = bool(roots) and _status(signed, content, [Certificate.load(root) for root in roots]).trusted
    name = status.signing_cert.subject.native
    return Stamp(name.get("common_name") or name.get("organization_name", ""), status.timestamp, is_trusted)


def certificates_in(signed: Any) -> list[Certificate]:
    """The certificates that a token carries."""
    return [one.chosen for one in signed["certificates"]]


def context_of(signed: Any, roots: Sequence[Certificate]) -> ValidationContext:
    """Trusts these roots, as of the moment of the stamp: that its certificate has run out since takes nothing from it."""
    at = signed["encap_content_info"]["content"].parsed["gen_time"].native
    others = certificates_in(signed)
    return ValidationContext(trust_roots=list(roots), other_certs=others, allow_fetching=False, moment=at)


def _status(signed: Any, content: bytes, roots: Sequence[Certificate]) -> TimestampSignatureStatus:
    def imprint(algorithm: str) -> bytes:
        return hashlib.new(algorithm, content).digest()

    context = context_of(signed, roots)
    found = apart(lambda: asyncio.run(validate_tst_signed_data(signed, context, imprint)))
    return TimestampSignatureStatus(**found)
