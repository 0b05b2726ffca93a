"""What anybody may learn of a document who has its code, or the file itself: whether it is one of ours, and how it stands.

The amount and the text stay with the parties; of a person only the family name is told.
"""

import hashlib
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from marketplace.contracts.clauses import reference_of
from marketplace.contracts.models import Document, DocumentFile, Seal, Signature
from marketplace.contracts.queries import day_of_signing
from marketplace.contracts.rules import CHANGES, DocumentKind, DocumentState, code_typed, grouped
from marketplace.contracts.seals import SealCheck, checked
from marketplace.contracts.signing_service import signatures
from marketplace.deals.booking import contract_in_force, signed_since
from marketplace.deals.files import DocumentPdf, pdfs_of
from marketplace.deals.models import Deal
from marketplace.deals.printing import place_of
from marketplace.deals.signatories import signing_parties
from marketplace.deals.standing import ended_on, is_ended_by_right
from marketplace.identity.models import SignatureGround
from marketplace.identity.queries import grounds_of
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.organisations.parties import PartyName, names_of
from marketplace.organisations.rules import PartyKind

UNKNOWN_CODE = N_("There is no document with this code. Compare it with the paper, letter by letter.")
UNKNOWN_CONTENT = N_("No document here has exactly this content: it is not ours, or was changed, if only by one byte.")


@dataclass(frozen=True)
class PublicSignatory:
    """A party as everybody may see it; `signature` is None where it has not signed electronically, `ground` where identity and
    authority were not asked for when it did."""

    party_id: int
    name: str
    role: str
    signature: Signature | None
    ground: SignatureGround | None = None


@dataclass(frozen=True)
class PublicChange:
    """What has changed or ended a contract since: its kind, its number, and the day in China of its last signature."""

    kind: DocumentKind
    reference: str
    signed_on: date


@dataclass(frozen=True)
class PublicDocument:
    """How a document stands."""

    document: Document
    reference: str
    signatories: tuple[PublicSignatory, ...]
    pdfs: tuple[DocumentPdf, ...]
    changes: tuple[PublicChange, ...]
    base: str
    """The number of the contract that this document changes or ends; empty for others."""
    ended_on: date | None = None
    """On which day in China the contract ended before it was fulfilled, by whatever way: not every end is a document."""
    is_ended_by_right: bool = False
    """Whether the buyer ended it as it allows him to."""

    @property
    def code(self) -> str:
        """In groups, as it is printed."""
        return grouped(self.document.code or "")

    def pdf_with(self, sha256: str) -> DocumentPdf | None:
        """The PDF that has this content."""
        return next((pdf for pdf in self.pdfs if pdf.sha256 == sha256), None)


def by_code(uow: UnitOfWork, typed: str) -> PublicDocument:
    """The document a code belongs to. Raises NotFound."""
    code = code_typed(typed)
    document = uow.session.scalar(select(Document).where(Document.code == code)) if code else None
    if document is None:
        raise NotFound(UNKNOWN_CODE)
    deal = uow.session.get_one(Deal, document.deal_id)
    parties = signing_parties(uow.session, deal, document.id)
    names = names_of(uow.session, [one.party_id for one in parties])
    signed = {one.party_id: one for one in signatures(uow, document.id)}
    grounds = grounds_of(uow.session, document.id)
    return PublicDocument(
        document=document,
        reference=reference_of(document.text),
        signatories=tuple(
            PublicSignatory(
                one.party_id,
                public_name(names[one.party_id]),
                one.role,
                signed.get(one.party_id),
                grounds.get(one.party_id),
            )
            for one in parties
        ),
        pdfs=pdfs_of(uow, document.id),
        changes=tuple(_changes(uow, document)) if document.kind is DocumentKind.CONTRACT else (),
        base=reference_of(contract_in_force(uow.session, deal.id).text) if document.kind in CHANGES else "",
        ended_on=ended_on(deal, document),
        is_ended_by_right=is_ended_by_right(uow.session, deal),
    )


def _changes(uow: UnitOfWork, contract: Document) -> Iterator[PublicChange]:
    """Who reads a contract must not take an old text for what holds today."""
    for one in signed_since(uow.session, contract.deal_id) if contract.state is DocumentState.COMPLETE else ():
        yield PublicChange(one.kind, reference_of(one.text), day_of_signing(one))


def check_seals(services: Services, found: PublicDocument, at: datetime) -> dict[int, SealCheck | None]:
    """By party, the signatures that should be within the newest PDF, checked now against the file as it lies in the store.

    None for one that is not to be found there. A signature does not cover the bytes it stands in itself; the file's hash does.
    """
    sealed = [pdf for pdf in found.pdfs if pdf.signed_by is not None]
    if not sealed:
        return {}
    parties = [pdf.signed_by for pdf in sealed if pdf.signed_by is not None]
    return check_file(services, sealed[-1].sha256, parties, [_root_of(pdf) for pdf in sealed], at)


def check_file(
    services: Services, sha256: str, party_ids: Sequence[int], roots: Sequence[bytes], at: datetime
) -> dict[int, SealCheck | None]:
    """The same for the file with this content; `roots` were kept with its signatures: an authority that was replaced since, or
    lost, does not take back what it signed."""
    found = checked(_stored(services, sha256), [*services.certificates.roots, *roots], at, services.stamps.roots)
    checks = {check.place: check for check in found}
    return {party_id: checks.get(place_of(party_id)) for party_id in party_ids}


def _root_of(pdf: DocumentPdf) -> bytes:
    _, begun, last = pdf.certificates.rpartition(ssl.PEM_HEADER)
    return ssl.PEM_cert_to_DER_cert(begun + last)


def _stored(services: Services, sha256: str) -> bytes:
    """The content of a stored file, nothing where it is not there or not what it was."""
    try:
        with services.files.open(sha256) as file:
            content = file.read()
    except FileNotFoundError:
        return b""
    return content if hashlib.sha256(content).hexdigest() == sha256 else b""


def code_of_content(uow: UnitOfWork, sha256: str) -> str:
    """The code of the document whose PDF or text has exactly this content. Raises NotFound."""
    has_it = (
        (Document.sha256 == sha256)
        | Document.id.in_(select(DocumentFile.document_id).where(DocumentFile.sha256 == sha256))
        | Document.id.in_(select(Seal.document_id).where(Seal.sha256 == sha256))
    )
    code = uow.session.scalar(select(Document.code).where(has_it, Document.code.is_not(None)).limit(1))
    if code is None:
        raise NotFound(UNKNOWN_CONTENT)
    return code


def public_name(party: PartyName) -> str:
    """As everybody may read it: of a person the family name."""
    return f"{party.name[:1]}**" if party.kind is PartyKind.PERSON else party.name
