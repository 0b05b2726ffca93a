"""What anybody may learn of a document who has its code, or the file itself: whether it is one of ours, and how it stands.

The amount and the text stay with the parties; of a person only the family name is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.contracts.clauses import reference_of
from marketplace.contracts.models import Document, DocumentFile, Signature
from marketplace.contracts.rules import code_typed, grouped
from marketplace.contracts.signing_service import signatures
from marketplace.deals.models import Deal
from marketplace.deals.printing import files_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.organisations.parties import PartyName, names_of
from marketplace.organisations.rules import PartyKind


@dataclass(frozen=True)
class PublicSignatory:
    """A party as everybody may see it; `signature` is None where it has not signed electronically."""

    name: str
    role: str
    signature: Signature | None


@dataclass(frozen=True)
class PublicDocument:
    """How a document stands."""

    document: Document
    reference: str
    signatories: tuple[PublicSignatory, ...]
    files: Sequence[DocumentFile]

    @property
    def code(self) -> str:
        """In groups, as it is printed."""
        return grouped(self.document.code or "")

    def file_with(self, sha256: str) -> DocumentFile | None:
        """The printed file that has this content."""
        return next((file for file in self.files if file.sha256 == sha256), None)


def by_code(uow: UnitOfWork, typed: str) -> PublicDocument:
    """The document a code belongs to. Raises NotFound."""
    code = code_typed(typed)
    document = uow.session.scalar(select(Document).where(Document.code == code)) if code else None
    if document is None:
        raise NotFound(N_("There is no document with this code. Compare it with the paper, letter by letter."))
    deal = uow.session.get_one(Deal, document.deal_id)
    names = names_of(uow.session, (deal.buyer_party_id, deal.seller_party_id))
    signed = {one.party_id: one for one in signatures(uow, document.id)}
    roles = ((deal.buyer_party_id, "buyer"), (deal.seller_party_id, "seller"))
    return PublicDocument(
        document=document,
        reference=reference_of(document.text),
        signatories=tuple(PublicSignatory(_public(names[id_]), role, signed.get(id_)) for id_, role in roles),
        files=files_of(uow, document.id),
    )


def code_of_content(uow: UnitOfWork, sha256: str) -> str:
    """The code of the document whose PDF or text has exactly this content. Raises NotFound."""
    printed = select(Document.code).join(DocumentFile, DocumentFile.document_id == Document.id)
    code = uow.session.scalar(printed.where(DocumentFile.sha256 == sha256).limit(1)) or uow.session.scalar(
        select(Document.code).where(Document.sha256 == sha256, Document.code.is_not(None)).limit(1)
    )
    if code is None:
        raise NotFound(
            N_("No document here has exactly this content: it is not ours, or was changed, if only by one byte.")
        )
    return code


def _public(party: PartyName) -> str:
    return f"{party.name[:1]}**" if party.kind is PartyKind.PERSON else party.name
