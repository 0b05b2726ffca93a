"""Puts each signature into the PDF that was printed of a document, one after the other, with a certificate of its own.

The signature itself is the signer's act, recorded when he confirms it; this makes a file that proves it without the platform.
"""

import io
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from marketplace.contracts.clauses import reference_of
from marketplace.contracts.events import DocumentMoved
from marketplace.contracts.models import Document, Seal, Signature
from marketplace.contracts.rules import PrintKind
from marketplace.contracts.seals import Seal as Sealing
from marketplace.contracts.seals import sealed
from marketplace.contracts.signing_service import all_sealed, signatures
from marketplace.contracts.typesetting import Row, look_of_seal
from marketplace.deals.printing import LARGEST_PDF, files_of, ground_rows, moment_text, place_of, power_of
from marketplace.identity.queries import grounds_of
from marketplace.infra.certificates import Credential, Subject
from marketplace.infra.outbox import NotYet
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.infra.worker import Courier
from marketplace.kernel.events import Event
from marketplace.organisations.parties import names_of

REASON = "同意签署本文件"
PRINTED_WITHIN = timedelta(hours=1)
"""After that whoever looks after the tasks is to see that something is wrong."""

_LONGEST_NAME = 24
"""Characters of a name that fit into two lines of a seal; the certificate holds more."""


@dataclass(frozen=True)
class ToSeal:
    """A signature that is not in the PDF yet, whom its certificate names, and what is said of its grounds."""

    signature: Signature
    subject: Subject
    rests_on: tuple[Row, ...] = ()


@dataclass
class Sealed:
    """Signatures in the order in which they were given, the file they go into, and the rows that tell what became of it."""

    base_sha256: str
    first_number: int
    waiting: Sequence[ToSeal]
    rows: list[Seal] = field(default_factory=list)


def seals_of(uow: UnitOfWork, document_id: int) -> Sequence[Seal]:
    """The signatures that are in the PDF, in the order in which they were put there."""
    of_document = select(Seal).where(Seal.document_id == document_id)
    return uow.session.scalars(of_document.order_by(Seal.number)).all()


def _prepare(uow: UnitOfWork, event: Event) -> Sealed | None:
    if not isinstance(event, DocumentMoved) or event.action != "sign":
        return None
    document = uow.session.get_one(Document, event.document_id)
    signed, done = signatures(uow, document.id), seals_of(uow, document.id)
    missing = [one for one in signed if one.party_id not in {seal.party_id for seal in done}]
    if not missing or not all_sealed(signed):
        return None
    names, reference = names_of(uow.session, [one.party_id for one in missing]), reference_of(document.text)
    grounds = grounds_of(uow.session, document.id)
    waiting = [
        ToSeal(
            one,
            Subject(one.signer_name, names[one.party_id].name, reference),
            ground_rows(grounds.get(one.party_id), power_of(uow, one)),
        )
        for one in missing
    ]
    return Sealed(done[-1].sha256 if done else _printed(uow, document), len(done) + 1, waiting)


def _printed(uow: UnitOfWork, document: Document) -> str:
    """The SHA-256 of the text as it was printed. Raises NotYet, and RuntimeError where it should have been long ago."""
    printed = next((file.sha256 for file in files_of(uow, document.id) if file.kind is PrintKind.TEXT), None)
    if printed is not None:
        return printed
    if document.sent_at is not None and uow.now() - document.sent_at < PRINTED_WITHIN:
        raise NotYet(f"document {document.id} is not printed yet")
    raise RuntimeError(f"document {document.id} was never printed")


def _seal(services: Services, made: Sealed) -> None:
    sha256 = made.base_sha256
    for number, one in enumerate(made.waiting, start=made.first_number):
        with services.files.open(sha256) as file:
            before = file.read()
        credential = services.certificates.credential(one.subject, one.signature.at)
        after = sealed(before, _sealing(one, credential), services.stamps)
        sha256 = services.files.save(io.BytesIO(after), LARGEST_PDF).sha256
        made.rows.append(
            Seal(
                document_id=one.signature.document_id,
                party_id=one.signature.party_id,
                number=number,
                sha256=sha256,
                certificates="".join(map(ssl.DER_cert_to_PEM_cert, (credential.certificate, *credential.chain))),
            )
        )


def _sealing(one: ToSeal, credential: Credential) -> Sealing:
    at, rows = one.signature.at, _rows(one, credential)
    look = look_of_seal(rows, at)
    return Sealing(place_of(one.signature.party_id), one.signature.signer_name, REASON, at, credential, look)


def _rows(one: ToSeal, credential: Credential) -> tuple[Row, ...]:
    signature = one.signature
    return (
        ("签署人", shorten(signature.signer_name)),
        *one.rests_on,
        ("北京时间", moment_text(signature.at)),
        ("方式", f"电子签名（PAdES），版本 {signature.method}"),
        ("证书号", serial_text(credential.serial)),
    )


def shorten(name: str) -> str:
    """A name as it fits into a seal."""
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def serial_text(serial: int) -> str:
    """The number of a certificate as programs show it, in groups that can be compared."""
    digits = f"{serial:X}"
    digits = digits.zfill(len(digits) + -len(digits) % 4)
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _record(uow: UnitOfWork, made: Sealed) -> None:
    for row in made.rows:
        row.at = uow.now()
    uow.session.add_all(made.rows)


SEALER: Courier[Sealed] = Courier(_prepare, _seal, _record)
"""Of two workers that seal the same document at once one is refused by the key of the row, and finds it done."""
