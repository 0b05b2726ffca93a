"""Tables of documents, signatures and scans. A document's text never changes once it is sent; a new text is a new row."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.contracts.envelope import TOGETHER
from marketplace.contracts.royalties import LONGEST_BASE
from marketplace.contracts.rules import (
    CODE_LENGTH,
    Basis,
    ContractType,
    DocumentKind,
    DocumentState,
    EndReason,
    PaperState,
    PriceModel,
    PrintKind,
)
from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of


class Document(Base):
    """A contract of a deal, a letter of intent, or what changes or ends a contract. `text` is exactly what is signed, `sha256`
    its hash as UTF-8.

    `amount_fen` is the fixed amount with tax, in fen: the estimate of a royalty is not in it. In a letter of intent it is the
    intended amount, in an amendment the whole amount from there on, in a termination agreement what is paid in the end.
    `by_party_id` is the party that wrote this text.
    """

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    kind: Mapped[DocumentKind] = mapped_column(EnumText(DocumentKind))
    number: Mapped[int]
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offers.id"))
    contract_type: Mapped[ContractType | None] = mapped_column(EnumText(ContractType))
    price_model: Mapped[PriceModel | None] = mapped_column(EnumText(PriceModel))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[DocumentState] = mapped_column(EnumText(DocumentState))
    paper: Mapped[PaperState] = mapped_column(EnumText(PaperState), default=PaperState.NONE)
    basis: Mapped[Basis | None] = mapped_column(EnumText(Basis))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    by_party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    signed_on: Mapped[date | None]
    """The day in China on which the last party signed: on paper the one it bears, as all confirmed and an official checked."""
    sign_by: Mapped[date | None]
    """The last day (in China) for signing; None before it is sent, and for texts of before there was one."""
    code: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    """By which anybody who has seen the document finds it on the public page; given when it is sent."""

    __table_args__ = (
        one_of("kind", DocumentKind),
        one_of("state", DocumentState),
        one_of("paper", PaperState),
        one_of("contract_type", ContractType),
        one_of("price_model", PriceModel),
        one_of("basis", Basis),
        CheckConstraint("(state = 'complete') = (completed_at IS NOT NULL)", name="completed_at_if_complete"),
        CheckConstraint("(state = 'complete') = (basis IS NOT NULL)", name="basis_if_complete"),
        CheckConstraint("(state = 'complete') = (signed_on IS NOT NULL)", name="signed_on_if_complete"),
        CheckConstraint("state <> 'complete' OR basis <> 'paper' OR paper = 'verified'", name="verified_if_paper"),
        CheckConstraint("kind <> 'contract' OR contract_type IS NOT NULL", name="type_if_contract"),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        Index("uq_documents_code", "code", unique=True),
        Index(
            "ix_documents_paper",
            "paper",
            sqlite_where=sql("paper = 'confirmed'"),
            postgresql_where=sql("paper = 'confirmed'"),
        ),
        Index("uq_documents_number", "deal_id", "kind", "number", unique=True),
        Index(
            "uq_documents_live",
            "deal_id",
            "kind",
            unique=True,
            sqlite_where=sql("state IN ('draft', 'sent')"),
            postgresql_where=sql("state IN ('draft', 'sent')"),
        ),
    )


class Amendment(Base):
    """What an amendment changes, beside its text: new texts by the key of the contract's clause, the numbers of the lines of the
    plan that go, and the lines that take their place."""

    __tablename__ = "amendments"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    dropped: Mapped[list[int]] = mapped_column(JSON)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class AmendedRoyalty(Base):
    """What royalty an amendment proposes, in hundredths of a per cent of its base, from the first day of a quarter on, in China.

    It holds once all have signed the amendment, and from the next quarter on where this one has begun by then. There are none
    in contracts: what those say is in the offer they were written from.
    """

    __tablename__ = "amended_royalties"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    share_bp: Mapped[int]
    base: Mapped[str] = mapped_column(String(LONGEST_BASE))
    from_on: Mapped[date]

    __table_args__ = (
        CheckConstraint("share_bp BETWEEN 1 AND 10000", name="share_in_range"),
        CheckConstraint("base <> ''", name="base_given"),
    )


append_only(AmendedRoyalty)


class Settlement(Base):
    """What a termination agreement rests on and says: `received_fen` is what had been received of the fixed price, less refunds,
    when it was written; the difference to what is payable in the end is paid or sent back until `settle_on`, a day in China.
    Agreements of before there was an `end_reason` have none."""

    __tablename__ = "settlements"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    payable_fen: Mapped[int] = mapped_column(BigInteger)
    received_fen: Mapped[int] = mapped_column(BigInteger)
    settle_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    end_reason: Mapped[EndReason | None] = mapped_column(EnumText(EndReason))

    __table_args__ = (
        one_of("end_reason", EndReason),
        CheckConstraint("payable_fen >= 0 AND received_fen >= 0", name="not_negative"),
        CheckConstraint("payable_fen = received_fen OR settle_on IS NOT NULL", name="day_if_not_even"),
        CheckConstraint("reason <> ''", name="reason_given"),
    )


class DocumentFile(Base):
    """A PDF that was made of a document, by its content; it is never made anew."""

    __tablename__ = "document_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    kind: Mapped[PrintKind] = mapped_column(EnumText(PrintKind))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (one_of("kind", PrintKind), Index("uq_document_files_kind", "document_id", "kind", unique=True))


IS_MAKER = sql("maker IS NOT NULL")


class DocumentParty(Base):
    """Who has to sign a document; who has a lower `position` signs before the others, the same position is together.

    `maker` is the number among those who made the result, from 1, with his `share_bp` of the net income of every receipt in basis
    points; neither is there for buyer and seller.
    """

    __tablename__ = "document_parties"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), primary_key=True)
    position: Mapped[int] = mapped_column(default=TOGETHER)
    maker: Mapped[int | None]
    share_bp: Mapped[int | None]

    __table_args__ = (
        CheckConstraint("position > 0", name="position_from_one"),
        CheckConstraint("maker > 0", name="maker_from_one"),
        CheckConstraint("(maker IS NULL) = (share_bp IS NULL)", name="share_if_maker"),
        CheckConstraint("share_bp BETWEEN 1 AND 10000", name="share_in_range"),
        Index("ix_document_parties_makers", "party_id", sqlite_where=IS_MAKER, postgresql_where=IS_MAKER),
    )


class SigningReminder(Base):
    """A party was reminded to sign: by the worker when `days_left` days were left, or by a person (`by_id`). Only added.

    Of two workers that remind at once one is refused by the index, and nobody is told twice.
    """

    __tablename__ = "signing_reminders"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    days_left: Mapped[int | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("(days_left IS NULL) = (by_id IS NOT NULL)", name="by_worker_or_person"),
        Index("uq_signing_reminders", "document_id", "party_id", "days_left", unique=True),
    )


append_only(SigningReminder)


class Signature(Base):
    """An electronic signature: who, for whom, when, from where, and the SHA-256 of exactly what was signed.

    One per party, and one per person: nobody signs for two.
    """

    __tablename__ = "signatures"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    signer_name: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ip: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    method: Mapped[str] = mapped_column(String(20))
    """The version of the way of signing that the signer agreed to; empty where nobody was asked yet."""
    factor: Mapped[str] = mapped_column(String(20))
    """What confirmed it beside the password: `code` sent to the signer's contact; empty where nobody was asked yet."""
    power_id: Mapped[int | None] = mapped_column(ForeignKey("signing_powers.id"))
    """The written power it rests on; None for whoever may sign for the party anyway."""

    __table_args__ = (Index("uq_signatures_person", "document_id", "user_id", unique=True),)


class Seal(Base):
    """A signature as it was put into the PDF: the file that ends with it, by its content.

    `number` is its place in the file, from 1; `certificates` (PEM) are the signer's and those above it, the root last.
    """

    __tablename__ = "seals"

    document_id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    certificates: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        ForeignKeyConstraint(("document_id", "party_id"), ("signatures.document_id", "signatures.party_id")),
        Index("uq_seals_number", "document_id", "number", unique=True),
    )


class Scan(Base):
    """A scan of the paper that was signed; the last one counts, and confirmations are of one scan.

    `signed_on` is the day in China that the last signature on it bears; None for scans of before that was asked for.
    """

    __tablename__ = "scans"

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    signed_on: Mapped[date | None]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ScanConfirmation(Base):
    """One party says that this scan is what it signed; nobody says so for two."""

    __tablename__ = "scan_confirmations"

    scan_id: Mapped[int] = mapped_column(ForeignKey("scans.id"), primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("uq_scan_confirmations_person", "scan_id", "user_id", unique=True),)
