"""Prints a document once it is open for signature, with places to sign, and again once it is signed on paper.

What is signed electronically is put into the first of the two (sealing.py). A printed file is kept by its content: its SHA-256
is how the public page knows it again.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from marketplace.contracts.clauses import Clause, digest, from_rows, heading_of, numbered, reference_of
from marketplace.contracts.events import DocumentMoved
from marketplace.contracts.marking import How, side
from marketplace.contracts.models import Document, DocumentFile, Signature
from marketplace.contracts.queries import day_of_signing, makers_of
from marketplace.contracts.rules import METHOD, METHODS, Basis, PrintKind, grouped
from marketplace.contracts.seals import with_places
from marketplace.contracts.signing_service import all_sealed, signatures
from marketplace.contracts.typesetting import Line, Opposed, Row, SetClause, Sheet, SignatureBlock, typeset
from marketplace.deals.comparing import opposed
from marketplace.deals.models import Deal
from marketplace.deals.signatories import signing_parties
from marketplace.identity.models import Ground, SignatureGround
from marketplace.identity.queries import grounds_of
from marketplace.identity.rules import AuthorityKind
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.infra.worker import Courier
from marketplace.kernel.clock import CHINA
from marketplace.kernel.events import Event
from marketplace.organisations.parties import names_of
from marketplace.payments.rules import day_words
from marketplace.powers.models import SigningPower
from marketplace.settings import Settings

LARGEST_PDF = 20 * 1024 * 1024

EMPTY = "（无）"
LEGEND = "左侧有竖线的段落由双方另行约定，与标准文本不同；逐字对照见附页。"
REWORDED = "双方对本条有修改；标准文本第 {version} 版，对照见附页。"
POWER = "代理权"
PAPER = "纸质签署：以{parties}签字、盖章并经工会组织核验的纸质文本为准，最后一方的签署日期为{day}；平台保存其扫描件。"
_PRINTED_AT = {"send": PrintKind.TEXT, "complete": PrintKind.SIGNED}


@dataclass
class Print:
    """A file in the making; `sha256` is known once it lies in the store."""

    document_id: int
    kind: PrintKind
    sheet: Sheet
    at: datetime
    sha256: str = ""


def sheet_of(uow: UnitOfWork, document: Document) -> Sheet:
    """What is printed of a document: its text line by line as it is signed, and who has signed."""
    signed = signatures(uow, document.id) if document.basis is Basis.ELECTRONIC else []
    return replace(
        sheet_of_text(uow.settings, document.text, from_rows(document.clauses)),
        signatures=_blocks(uow, document, signed),
        method=_paper_method(uow, document) if document.basis is Basis.PAPER else _method(signed),
        code=grouped(document.code or ""),
        url=f"{uow.settings.public_url.rstrip('/')}/verify/{document.code}",
    )


def sheet_of_text(settings: Settings, text: str, clauses: Sequence[Clause]) -> Sheet:
    """What is printed of a text that nobody is asked to sign yet."""
    head, *blocks = heading_of(text).split("\n\n")
    name, _, project = head.split("\n")
    numbers = list(numbered(clauses))
    return Sheet(
        name=name,
        reference=reference_of(text),
        project=_row(project)[1],
        parties=tuple(tuple(_row(line) for line in block.split("\n")) for block in blocks),
        clauses=tuple(_clause(*number, clause) for clause, number in zip(clauses, numbers, strict=True)),
        legend=LEGEND if any(clause.is_amended for clause in clauses) else "",
        signatures=(),
        method=_method(()),
        house=f"{settings.union_name} · 匠果",
        code="",
        url=settings.public_url,
        sha256=digest(text),
        reworded=tuple(
            _reworded(number[0], clause) for clause, number in zip(clauses, numbers, strict=True) if clause.is_amended
        ),
    )


def _paper_method(uow: UnitOfWork, document: Document) -> str:
    parties = "各方" if makers_of(uow.session, document.id) else "双方"
    return PAPER.format(parties=parties, day=day_words(day_of_signing(document)))


def _method(signed: Sequence[Signature]) -> str:
    """The way of signing that the signers agreed to; before anybody has signed, the one they will be asked to agree to."""
    agreed = dict.fromkeys(one.method for one in signed if one.method)
    return "".join(METHODS[version] for version in agreed or (METHOD,))


def files_of(uow: UnitOfWork, document_id: int) -> Sequence[DocumentFile]:
    """What has been printed of a document, in the order of printing."""
    return uow.session.scalars(
        select(DocumentFile).where(DocumentFile.document_id == document_id).order_by(DocumentFile.id)
    ).all()


def _row(line: str) -> Row:
    label, _, value = line.partition("：")
    return label, value


def _clause(heading: str, lines: Sequence[tuple[str, str, bool]], clause: Clause) -> SetClause:
    note = REWORDED.format(version=clause.version) if clause.is_amended else ""
    return SetClause(heading, tuple(Line(*line) for line in lines), tuple(_opposed(clause, lines)), note)


def _reworded(heading: str, clause: Clause) -> Opposed:
    """A clause beside its standard text."""
    number, _, name = heading.partition("　")
    before, after = (
        tuple((piece.text, piece.how is how) for piece in side(clause.marked(), how)) for how in (How.GONE, How.NEW)
    )
    return Opposed(number, f"{name}（标准文本第 {clause.version} 版）", before, after)


def _opposed(clause: Clause, lines: Sequence[tuple[str, str, bool]]) -> Iterator[Opposed]:
    """Old and new wording, each row with the numbers of its first and last paragraph."""
    at = 0
    for one, changed in zip(clause.compared, opposed(clause.compared), strict=True):
        first, at = lines[at][0], at + len(one.paragraphs())
        before, after = (
            tuple((part.text, part.marked) for part in side) or ((EMPTY, False),)
            for side in (changed.before, changed.after)
        )
        yield Opposed(f"{first} 至 {lines[at - 1][0]}", one.label, before, after)


def _blocks(uow: UnitOfWork, document: Document, signed: Sequence[Signature]) -> tuple[SignatureBlock, ...]:
    of_party = {one.party_id: one for one in signed}
    grounds = grounds_of(uow.session, document.id)
    deal = uow.session.get_one(Deal, document.deal_id)
    parties = signing_parties(uow.session, deal, document.id)
    names = names_of(uow.session, [one.party_id for one in parties])
    return tuple(
        SignatureBlock(
            place_of(one.party_id),
            one.label,
            names[one.party_id].name,
            _facts(uow, of_party.get(one.party_id), grounds.get(one.party_id)),
        )
        for one in parties
    )


def _facts(uow: UnitOfWork, signature: Signature | None, ground: SignatureGround | None) -> tuple[Row, ...]:
    if signature is None:
        return ()
    when = (("北京时间", moment_text(signature.at)), ("方式", "电子签署"))
    facts = (("签署人", signature.signer_name), *ground_rows(ground, power_of(uow, signature)), *when)
    return (*facts, ("已同意", f"签署方式，版本 {signature.method}")) if signature.method else facts


def power_of(uow: UnitOfWork, signature: Signature) -> SigningPower | None:
    """The written power a signature rests on."""
    return uow.session.get_one(SigningPower, signature.power_id) if signature.power_id else None


def ground_rows(ground: Ground | None, power: SigningPower | None) -> tuple[Row, ...]:
    """What a signature rested on, as it stands beside it: the signer's masked number and his authority, or the power by which
    this one signature was handed to him: how long it held, the beginning of the paper's SHA-256, and who gave it."""
    number = (("证件号码", ground.masked),) if ground else ()
    if power is not None:
        paper = ("权限", f"授权委托书，至{power.until:%Y年%m月%d日}，{power.paper_sha256[:12]}")
        is_told = ground is not None and ground.authority_kind is AuthorityKind.LEGAL_REPRESENTATIVE
        giver = (("授权人", f"由{ground.representative}（法定代表人）授权"),) if ground and is_told else ()
        return (*number, paper, *giver)
    if ground is None:
        return ()
    if ground.authority_kind is None:
        return (*number, ("权限", "本人签署"))
    if ground.authority_kind is AuthorityKind.LEGAL_REPRESENTATIVE:
        return (*number, ("权限", "法定代表人"))
    until = f"，有效期至{ground.authority_until:%Y年%m月%d日}" if ground.authority_until else "，期限未登记"
    return (*number, ("权限", f"授权委托（第{ground.authority_id}号{until}）"))


def place_of(party_id: int) -> str:
    """The name of the place in a PDF where a party signs."""
    return f"party-{party_id}"


def moment_text(at: datetime) -> str:
    """A UTC moment as it is printed, in Chinese time to the second."""
    return f"{at.astimezone(CHINA):%Y年%m月%d日 %H:%M:%S}"


def _prepare(uow: UnitOfWork, event: Event) -> Print | None:
    if not isinstance(event, DocumentMoved) or event.action not in _PRINTED_AT:
        return None
    document, kind = uow.session.get(Document, event.document_id), _PRINTED_AT[event.action]
    if document is None or any(file.kind is kind for file in files_of(uow, document.id)):
        return None
    is_electronic = kind is PrintKind.SIGNED and document.basis is Basis.ELECTRONIC
    if is_electronic and all_sealed(signatures(uow, document.id)):
        return None
    at = document.completed_at if kind is PrintKind.SIGNED else document.sent_at
    return Print(document.id, kind, sheet_of(uow, document), at) if at else None


def _print(services: Services, made: Print) -> None:
    pdf, places = typeset(made.sheet, made.at)
    if made.kind is PrintKind.TEXT:
        pdf = with_places(pdf, places)
    made.sha256 = services.files.save(io.BytesIO(pdf), LARGEST_PDF).sha256


def _record(uow: UnitOfWork, made: Print) -> None:
    row = DocumentFile(document_id=made.document_id, kind=made.kind, sha256=made.sha256, at=uow.now())
    uow.session.add(row)


PRINTER: Courier[Print] = Courier(_prepare, _print, _record)
"""Typesetting takes a tenth of a second, and no transaction waits for it."""
