"""The PDFs of a document in the order in which they came to be, each by its content and with its words."""

from dataclasses import dataclass

from marketplace.contracts.rules import PrintKind
from marketplace.contracts.signing_service import order_of
from marketplace.deals.printing import files_of
from marketplace.deals.sealing import seals_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_

ONE, SEVERAL, ALL = (
    N_("Text with the electronic signature of one party"),
    N_("Text with the electronic signatures of several parties"),
    N_("Text with the electronic signatures of all parties"),
)


@dataclass(frozen=True)
class DocumentPdf:
    """One PDF; `label` is a msgid of what is in it, `signed_by` the party whose signature was put into it last."""

    sha256: str
    label: str
    signed_by: int | None = None
    certificates: str = ""


def pdfs_of(uow: UnitOfWork, document_id: int) -> tuple[DocumentPdf, ...]:
    """All of them; the last is the one to take home."""
    printed, seals = files_of(uow, document_id), seals_of(uow, document_id)
    expected = len(order_of(uow.session, document_id))
    sealed = (
        DocumentPdf(seal.sha256, _sealed(number, expected), seal.party_id, seal.certificates)
        for number, seal in enumerate(seals, 1)
    )
    text, signed = (
        [DocumentPdf(file.sha256, file.kind.label) for file in printed if file.kind is kind]
        for kind in (PrintKind.TEXT, PrintKind.SIGNED)
    )
    return (*text, *sealed, *signed)


def _sealed(number: int, expected: int) -> str:
    """What a PDF is called by how many signatures are in it."""
    if number == expected:
        return ALL
    return ONE if number == 1 else SEVERAL
