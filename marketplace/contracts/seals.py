"""Signatures within a PDF (PAdES): places for them, signing at a place, and checking what a file holds.

Pure but for the key a credential uses. Every signature is appended: the bytes of the file before it stay as they are.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

from asn1crypto.algos import SignedDigestAlgorithm
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
from marketplace.infra.certificates import Credential

T = TypeVar("T")

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
    added, and its certificate comes from a root that is trusted."""

    place: str
    person: str
    party: str
    serial: int
    at: datetime | None
    is_valid: bool


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


def sealed(pdf: bytes, seal: Seal) -> bytes:
    """The PDF with one more signature; it begins with the bytes of the one before. Raises where the place is signed.

    A file that was printed before there were places gets a signature that is not seen on the page.
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
        signer = _DatedSigner(meta, _CredentialSigner(seal.credential), stamp_style=style)
        signer.at = seal.at
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signed: io.BytesIO = _apart(lambda: signer.sign_pdf(writer))
    return signed.getvalue()


def checked(pdf: bytes, roots: Sequence[bytes], at: datetime) -> tuple[SealCheck, ...]:
    """The signatures of a file in the order in which they were made, each checked as of a moment; none for what is no PDF."""
    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    except Exception:  # noqa: BLE001 - a damaged file can raise anything, and whatever it is, it proves nothing
        return ()
    trusted = [Certificate.load(root) for root in roots]
    return tuple(
        _checked(one, ValidationContext(trust_roots=trusted, allow_fetching=False, moment=at)) for one in found
    )


def _checked(one: Any, context: ValidationContext) -> SealCheck:
    try:
        certificate = one.signer_cert
        is_valid = bool(_apart(lambda: validate_pdf_signature(one, context).bottom_line))
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
    )


def _apart(call: Callable[[], T]) -> T:
    """In a thread of its own: pyHanko runs an event loop, which it may not where one is running already."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(call).result()


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
