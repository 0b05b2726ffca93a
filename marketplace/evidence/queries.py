"""What a deal's complete documents are proved by: texts, PDFs, signatures, certificates, scans."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.x509 import Certificate, load_pem_x509_certificates
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from marketplace.accounts.queries import names_of_users
from marketplace.contracts.makers import MakerShare
from marketplace.contracts.models import Document, Scan, ScanConfirmation, Seal, Signature
from marketplace.contracts.queries import confirmations, makers_of, newest_scan
from marketplace.contracts.royalties import Phase
from marketplace.contracts.rules import Basis, DocumentState, PrintKind
from marketplace.contracts.signing_service import all_sealed, signatures
from marketplace.deals.models import Deal
from marketplace.deals.policy import require_visible
from marketplace.deals.printing import files_of, power_of
from marketplace.deals.royalty_terms import agreed_royalties
from marketplace.deals.sealing import seals_of
from marketplace.identity.models import SignatureGround
from marketplace.identity.queries import grounds_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.powers.models import SigningPower

READERS = frozenset({Relation.PARTY, Relation.OFFICIAL, Relation.SYSTEM})
"""Not the authors of listings: they read of a deal, but the signed papers are the parties'."""


@dataclass(frozen=True)
class Pdf:
    """One PDF of a document: the printed text, the text with so many signatures, or with the record of them."""

    content: str
    sha256: str


@dataclass(frozen=True)
class Chain:
    """The certificates behind a signature in the PDF, as it was made: the signer's first, the root last."""

    number: int
    certificates: tuple[Certificate, ...]

    @property
    def party(self) -> str:
        """The party's name that the signer's certificate tells; the party may have another one by now."""
        (found,) = self.certificates[0].subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        return str(found.value)


@dataclass(frozen=True)
class Paper:
    """A document that was signed on paper: the scan, who confirmed it for which party, and the official who verified it."""

    scan: Scan
    confirmed: tuple[tuple[ScanConfirmation, str], ...]
    verified_by: str


@dataclass(frozen=True)
class Papers:
    """Everything there is of one complete document; `chains`, `grounds` and `powers` by party, empty where nothing was put into
    the PDF, was asked for yet, or was signed by a written power."""

    document: Document
    pdfs: tuple[Pdf, ...]
    signatures: Sequence[Signature]
    chains: dict[int, Chain]
    paper: Paper | None
    grounds: Mapping[int, SignatureGround]
    powers: Mapping[int, SigningPower] = field(default_factory=dict)
    makers: Sequence[MakerShare] = ()
    """Who signed it beside buyer and seller."""
    royalty: Phase | None = None
    """What it says of a royalty, and from when on that holds."""

    @property
    def name(self) -> str:
        """What its files are called: contract-1."""
        return f"{self.document.kind.value}-{self.document.number}"


def readable(uow: UnitOfWork, deal_id: int) -> Deal:
    """The deal, for its parties and officials. Raises NotFound."""
    deal, held = require_visible(uow.session, uow.actor, uow.session.get(Deal, deal_id))
    if not held & READERS:
        raise NotFound(N_("There is no such deal."))
    return deal


def documents_of(uow: UnitOfWork, deal: Deal) -> Sequence[Document]:
    """Every document, whatever became of it, in the order in which they were written."""
    return uow.session.scalars(select(Document).where(Document.deal_id == deal.id).order_by(Document.id)).all()


def papers_of(uow: UnitOfWork, documents: Sequence[Document]) -> tuple[Papers, ...]:
    """The complete ones. Raises Conflict where there is none, and while a PDF of one is still being made."""
    found = tuple(_papers(uow, one) for one in documents if one.state is DocumentState.COMPLETE)
    if not found:
        raise Conflict(
            N_("No document of this deal is signed by all its parties yet. There is nothing to prove before.")
        )
    return found


def _papers(uow: UnitOfWork, document: Document) -> Papers:
    signed, seals = signatures(uow, document.id), seals_of(uow, document.id)
    printed = {file.kind: file.sha256 for file in files_of(uow, document.id)}
    is_paper, into_pdf = document.basis is Basis.PAPER, all_sealed(signed)
    prints = {PrintKind.TEXT, PrintKind.SIGNED} if is_paper or not into_pdf else {PrintKind.TEXT}
    if not prints <= printed.keys() or (into_pdf and len(seals) < len(signed)):
        raise Conflict(N_("A PDF of this deal is still being made, or a signature put into it. Try again in a minute."))
    agreed = agreed_royalties(uow.session, document.deal_id)
    return Papers(
        document=document,
        pdfs=tuple(_pdfs(printed, seals)),
        signatures=signed,
        chains={seal.party_id: Chain(seal.number, _certificates(seal)) for seal in seals},
        paper=_paper(uow, document) if is_paper else None,
        grounds=grounds_of(uow.session, document.id),
        powers={one.party_id: power for one in signed if (power := power_of(uow, one)) is not None},
        makers=makers_of(uow.session, document.id),
        royalty=next((one for one in agreed if one.document_id == document.id), None),
    )


def _paper(uow: UnitOfWork, document: Document) -> Paper:
    scan = newest_scan(uow, document.id)
    assert scan is not None  # What is complete on paper was verified by its scan.
    given = confirmations(uow, scan.id)
    people = {document.verified_by_id, *(one.user_id for one in given)}
    names = names_of_users(uow.session, people)
    confirmed = tuple((one, names.get(one.user_id, "")) for one in given)
    return Paper(scan, confirmed, names.get(document.verified_by_id, ""))


def _pdfs(printed: Mapping[PrintKind, str], seals: Sequence[Seal]) -> Iterator[Pdf]:
    yield Pdf("text", printed[PrintKind.TEXT])
    yield from (Pdf("signature", seal.sha256) for seal in seals)
    if PrintKind.SIGNED in printed:
        yield Pdf("record", printed[PrintKind.SIGNED])


def _certificates(seal: Seal) -> tuple[Certificate, ...]:
    return tuple(load_pem_x509_certificates(seal.certificates.encode()))
