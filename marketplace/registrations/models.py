"""Tables of registrations: applications, the papers of the registrar, the dated entries of A2 and A3, and patents at CNIPA."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.contracts.rules import Basis
from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.registrations.rules import RecordKind, RecordState, RegistrationState, TransferState

_LIVE = sql("state IN ('draft', 'applied', 'registered')")
_WAITING = sql("state = 'recorded'")
_AT_CNIPA = sql("state IN ('applied', 'effective')")


class Registration(Base):
    """An application for the registration of a deal's contract, with what it says (`content`, by the key of the form's field).

    `form_since` names the form it was filled in by; `number` is that of the certificate, taken as soon as it is recorded.
    `version` counts the savings of the draft. `ended_on` is the day (in China) of a refusal, `reason` its reason.
    """

    __tablename__ = "registrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    state: Mapped[RegistrationState] = mapped_column(EnumText(RegistrationState))
    form_since: Mapped[date]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    begun_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", RegistrationState),
        CheckConstraint(
            "state IN ('draft', 'withdrawn') OR submitted_at IS NOT NULL", name="submitted_at_if_submitted"
        ),
        CheckConstraint("state NOT IN ('registered', 'cancelled') OR number IS NOT NULL", name="number_if_registered"),
        CheckConstraint("number <> ''", name="number_not_empty"),
        CheckConstraint("state <> 'refused' OR (reason <> '' AND ended_on IS NOT NULL)", name="reason_if_refused"),
        CheckConstraint(
            "(state IN ('refused', 'withdrawn', 'cancelled')) = (ended_at IS NOT NULL)", name="ended_at_if_ended"
        ),
        Index("uq_registrations_live", "deal_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )


class RegistrationRecord(Base):
    """A paper of the registrar with its scan: a certificate, a change of it, or a cancellation. Amounts in fen with tax.

    `dated` is the day on the paper; `reason` why the registration was changed or cancelled; `remark` why an official returned it.
    """

    __tablename__ = "registration_records"

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"), index=True)
    kind: Mapped[RecordKind] = mapped_column(EnumText(RecordKind))
    state: Mapped[RecordState] = mapped_column(EnumText(RecordState))
    number: Mapped[str] = mapped_column(String(40))
    dated: Mapped[date]
    a2_fen: Mapped[int] = mapped_column(BigInteger)
    a3_fen: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text, default="")
    scan_sha256: Mapped[str] = mapped_column(String(64), index=True)
    scan_name: Mapped[str] = mapped_column(String(200))
    scan_type: Mapped[str] = mapped_column(String(80))
    scan_size: Mapped[int]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("kind", RecordKind),
        one_of("state", RecordState),
        CheckConstraint("number <> ''", name="number_not_empty"),
        CheckConstraint("a3_fen >= 0 AND a3_fen <= a2_fen", name="a3_within_a2"),
        CheckConstraint("(kind = 'cancellation') = (a2_fen = 0)", name="nothing_if_cancelled"),
        CheckConstraint("kind = 'certificate' OR reason <> ''", name="reason_if_changed"),
        CheckConstraint("(state = 'recorded') = (answered_at IS NULL)", name="answered_at_if_answered"),
        CheckConstraint("state <> 'returned' OR remark <> ''", name="remark_if_returned"),
        CheckConstraint("state = 'withdrawn' OR answered_by_id <> recorded_by_id", name="two_people"),
        Index(
            "uq_registration_records_waiting",
            "registration_id",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index("ix_registration_records_state", "state", "recorded_at"),
    )


class RegistrationEntry(Base):
    """A dated change of A2 and A3 of a contract, in fen, which the database lets nobody change.

    What a paper replaces is taken off on the day of that paper. So the sums up to any day are those of the paper valid on
    it, and A3 is never more than A2.
    """

    __tablename__ = "registration_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("registration_records.id"), unique=True)
    kind: Mapped[RecordKind] = mapped_column(EnumText(RecordKind))
    basis: Mapped[Basis] = mapped_column(EnumText(Basis))
    a2_fen: Mapped[int] = mapped_column(BigInteger)
    a3_fen: Mapped[int] = mapped_column(BigInteger)
    dated: Mapped[date] = mapped_column(index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("kind", RecordKind),
        one_of("basis", Basis),
        CheckConstraint("kind <> 'certificate' OR (a3_fen >= 0 AND a3_fen <= a2_fen)", name="a3_within_a2"),
        CheckConstraint("kind <> 'cancellation' OR (a3_fen <= 0 AND a3_fen >= a2_fen)", name="taken_off_if_cancelled"),
    )


append_only(RegistrationEntry)


class PatentTransfer(Base):
    """The registration of a patent's assignment with CNIPA. It takes effect on `effective_on`, the day of registration."""

    __tablename__ = "patent_transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    patent_number: Mapped[str] = mapped_column(String(40))
    state: Mapped[TransferState] = mapped_column(EnumText(TransferState))
    applied_on: Mapped[date]
    notice_number: Mapped[str] = mapped_column(String(60), default="")
    effective_on: Mapped[date | None]
    scan_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    scan_name: Mapped[str] = mapped_column(String(200), default="")
    scan_type: Mapped[str] = mapped_column(String(80), default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", TransferState),
        CheckConstraint("(state = 'applied') = (answered_at IS NULL)", name="answered_at_if_answered"),
        CheckConstraint("(state = 'effective') = (effective_on IS NOT NULL)", name="effective_on_if_effective"),
        CheckConstraint(
            "state <> 'effective' OR (notice_number <> '' AND scan_sha256 IS NOT NULL)", name="notice_if_effective"
        ),
        CheckConstraint("effective_on >= applied_on", name="effective_after_applied"),
        CheckConstraint("state <> 'refused' OR reason <> ''", name="reason_if_refused"),
        Index("uq_patent_transfers_live", "deal_id", unique=True, sqlite_where=_AT_CNIPA, postgresql_where=_AT_CNIPA),
    )
