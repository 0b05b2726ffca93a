"""The PDF of an agreement in force: its text with both signatures in it (PAdES), made by the worker once the owner has signed."""

import io
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.confidentiality.events import ConfidentialityMoved
from marketplace.confidentiality.models import Agreement, AgreementFile, AgreementSignature
from marketplace.confidentiality.queries import grounds, signatures
from marketplace.contracts.clauses import from_rows, heading_of, numbered, reference_of
from marketplace.contracts.rules import METHODS, grouped
from marketplace.contracts.seals import Seal, sealed, with_places
from marketplace.contracts.typesetting import Line, Row, SetClause, Sheet, SignatureBlock, look_of_seal, typeset
from marketplace.deals.printing import LARGEST_PDF, ground_rows, moment_text, place_of
from marketplace.deals.sealing import REASON, serial_text, shorten
from marketplace.infra.certificates import Credential, Subject
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.infra.worker import Courier
from marketplace.kernel.events import Event
from marketplace.organisations.parties import names_of


@dataclass
class Print:
    """A file in the making: the sheet, and each signature with whom its certificate names and what it rested on."""

    agreement_id: int
    sheet: Sheet
    at: datetime
    signed: Sequence[tuple[AgreementSignature, Subject, Sequence[Row]]]
    sha256: str = ""
    roots: str = ""


def sheet_of(uow: UnitOfWork, agreement: Agreement) -> Sheet:
    """What is printed: the text line by line as it was signed."""
    head, *blocks = heading_of(agreement.text).split("\n\n")
    name, _, project = head.split("\n")
    names = names_of(uow.session, (agreement.owner_party_id, agreement.reader_party_id))
    sides = (("甲方", agreement.owner_party_id), ("乙方", agreement.reader_party_id))
    methods = dict.fromkeys(one.method for one in signatures(uow, agreement.id))
    return Sheet(
        name=name,
        reference=reference_of(agreement.text),
        project=_row(project)[1],
        parties=tuple(tuple(_row(line) for line in block.split("\n")) for block in blocks),
        clauses=tuple(
            SetClause(heading, tuple(Line(*line) for line in lines))
            for heading, lines in numbered(from_rows(agreement.clauses))
        ),
        legend="",
        signatures=tuple(SignatureBlock(place_of(id_), label, names[id_].name, ()) for label, id_ in sides),
        method="".join(METHODS[version] for version in methods),
        house=f"{uow.settings.union_name} · 匠果",
        code=grouped(agreement.code or ""),
        url=f"{uow.settings.public_url.rstrip('/')}/verify/{agreement.code}",
        sha256=agreement.sha256,
    )


def _row(line: str) -> Row:
    label, _, value = line.partition("：")
    return label, value


def _prepare(uow: UnitOfWork, event: Event) -> Print | None:
    if not isinstance(event, ConfidentialityMoved) or event.action != "countersign":
        return None
    agreement = uow.session.get_one(Agreement, event.agreement_id)
    if agreement.in_force_at is None or uow.session.get(AgreementFile, agreement.id) is not None:
        return None
    signed, reference = signatures(uow, agreement.id), reference_of(agreement.text)
    names = names_of(uow.session, [one.party_id for one in signed])
    rests_on = grounds(uow, agreement.id)
    named = [
        (
            one,
            Subject(one.signer_name, names[one.party_id].name, reference),
            ground_rows(rests_on.get(one.party_id), None),
        )
        for one in signed
    ]
    return Print(agreement.id, sheet_of(uow, agreement), agreement.in_force_at, named)


def _print(services: Services, made: Print) -> None:
    pdf, places = typeset(made.sheet, made.at)
    pdf, roots = with_places(pdf, places), set()
    for signature, subject, rests_on in made.signed:
        credential = services.certificates.credential(subject, signature.at)
        pdf = sealed(pdf, _seal(signature, credential, rests_on), services.stamps)
        roots.add(credential.chain[-1])
    made.roots = "".join(map(ssl.DER_cert_to_PEM_cert, sorted(roots)))
    made.sha256 = services.files.save(io.BytesIO(pdf), LARGEST_PDF).sha256


def _seal(signature: AgreementSignature, credential: Credential, rests_on: Sequence[Row]) -> Seal:
    rows = (
        ("签署人", shorten(signature.signer_name)),
        *rests_on,
        ("北京时间", moment_text(signature.at)),
        ("方式", f"电子签名（PAdES），版本 {signature.method}"),
        ("证书号", serial_text(credential.serial)),
    )
    look = look_of_seal(rows, signature.at)
    return Seal(place_of(signature.party_id), signature.signer_name, REASON, signature.at, credential, look)


def _record(uow: UnitOfWork, made: Print) -> None:
    uow.session.add(AgreementFile(agreement_id=made.agreement_id, sha256=made.sha256, at=uow.now(), roots=made.roots))


PRINTER: Courier[Print] = Courier(_prepare, _print, _record)
"""Of two workers that print the same agreement at once one is refused by the key of the row, and finds it done."""
