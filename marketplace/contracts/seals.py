"""Signatures within a PDF (PAdES): places for them, signing at a place, and checking what a file holds.

Pure but for the key a credential uses. Every signature is appended: the bytes of the file before it stay as they are.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from tempfile import NamedTemporaryFile
from typing import Any

from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.cms import CMSAttributes, SignedData, SignerInfo
from asn1crypto.x509 import Certificate
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from marketplace.contracts.typesetting import Place
from marketplace.infra.apart import apart
from marketplace.infra.certificates import Credential
from marketplace.infra.timestamps import Stamp, TimeStampAuthority, certificates_in, context_of, read_stamp

_LONGEST_SIGNATURE = 72  # bytes of an ECDSA signature with P-256 in DER
_TOP_LEFT = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MAX, margins=Margins.uniform(0))


@dataclass(frozen=True)
class Seal:
    """One signature to be made: at which place, by whom, with what, and how it looks (a PDF of one page)."""

    place: str
    person: str
    reason: str
    at: datetime
    credential: Credential
    look: bytes


@dataclass(frozen=True)
class SealCheck:
    """One signature that was found in a file. `is_valid`: no byte it covers was changed, nothing but further signatures was
    added, its certificate comes from a root that is trusted, and a stamp on it, if there is one, is of this very signature."""

    place: str
    person: str
    party: str
    serial: int
    at: datetime | None
    is_valid: bool
    stamp: Stamp | None = None


def with_places(pdf: bytes, places: Iterable[Place]) -> bytes:
    """The PDF with an empty field for each signature, to be filled here or by any program that signs."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for place in places:
        spec = SigFieldSpec(
            place.name,
            on_page=place.page - 1,
            box=place.box,
            empty_field_appearance=True,
            readable_field_name=place.label,
        )
        append_signature_field(writer, spec)
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def sealed(pdf: bytes, seal: Seal, stamps: TimeStampAuthority) -> bytes:
    """The PDF with one more signature, stamped where there is an authority for it; it begins with the bytes of the one before.

    Raises where the place is signed, OSError where the time-stamp authority gives no stamp that others would take. A file that
    was printed before there were places gets a signature that is not seen on the page.
    """
    meta = PdfSignatureMetadata(
        field_name=seal.place,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=seal.person,
        reason=seal.reason,
    )
    with NamedTemporaryFile(suffix=".pdf") as look:
        look.write(seal.look)
        look.flush()
        style = StaticStampStyle.from_pdf_file(look.name, border_width=0, background_layout=_TOP_LEFT)
        stamper = stamps.client(since=seal.at)
        signer = _DatedSigner(meta, _CredentialSigner(seal.credential), timestamper=stamper, stamp_style=style)
        signer.at = seal.at
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signed: io.BytesIO = apart(lambda: signer.sign_pdf(writer))
    return signed.getvalue()


def checked(
    pdf: bytes, roots: Sequence[bytes], at: datetime, stamp_roots: Sequence[bytes] = ()
) -> tuple[SealCheck, ...]:
    """The signatures of a file in the order in which they were made, each checked as of a moment; none for what is no PDF."""
    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    except Exception:  # noqa: BLE001 - a damaged file can raise anything, and whatever it is, it proves nothing
        return ()
    trusted = [Certificate.load(root) for root in roots]
    context = partial(ValidationContext, trust_roots=trusted, allow_fetching=False, moment=at)
    return tuple(_checked(one, context, stamp_roots) for one in found)


def is_stamped(pdf: bytes) -> bool:
    """Whether a signature of a file that was signed here bears the token of a time-stamp authority."""
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return any(_token_on(one.signer_info) is not None for one in found)


def _checked(one: Any, context: Callable[[], ValidationContext], stamp_roots: Sequence[bytes]) -> SealCheck:
    try:
        certificate, token = one.signer_cert, _token_on(one.signer_info)
        stamp = read_stamp(token, one.signer_info["signature"].native, stamp_roots) if token else None
        # Whether the stamp's authority is trusted is said beside the signature, and takes nothing from it.
        own = context_of(token, certificates_in(token)) if token else None
        is_valid = bool(apart(lambda: validate_pdf_signature(one, context(), own).bottom_line))
    except Exception:  # noqa: BLE001 - as above
        return SealCheck(one.field_name, "", "", 0, None, is_valid=False)
    subject = certificate.subject.native
    return SealCheck(
        place=one.field_name,
        person=subject.get("common_name", ""),
        party=subject.get("organization_name", ""),
        serial=certificate.serial_number,
        at=one.self_reported_timestamp,
        is_valid=is_valid,
        stamp=stamp,
    )


def _token_on(signer: SignerInfo) -> SignedData | None:
    """The token of a time-stamp authority that was put beside a signature."""
    beside = signer["unsigned_attrs"]
    for attribute in beside if isinstance(beside, CMSAttributes) else ():
        if attribute["type"].native == "signature_time_stamp_token":
            return attribute["values"][0]["content"]
    return None


class _CredentialSigner(Signer):
    """Has the key used wherever it lies."""

    def __init__(self, credential: Credential) -> None:
        chain = SimpleCertificateStore()
        chain.register_multiple([Certificate.load(one) for one in credential.chain])
        super().__init__(
            signing_cert=Certificate.load(credential.certificate),
            cert_registry=chain,
            signature_mechanism=SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self._credential = credential

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """`digest_algorithm` is the one of the mechanism above."""
        assert digest_algorithm == "sha256"
        return bytes(_LONGEST_SIGNATURE) if dry_run else self._credential.sign(data)


class _DatedSigner(PdfSigner):
    """States the moment at which the person signed, not that at which the file is made."""

    at: datetime

    def init_signing_session(self, *args: Any, **options: Any) -> Any:
        session = super().init_signing_session(*args, **options)
        session.system_time = self.at
        return session
