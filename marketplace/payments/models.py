"""Tables of the payment plan and of what was paid by it. Amounts are in fen with tax."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.payments.rules import (
    LONGEST_DAYS,
    Channel,
    MilestoneKind,
    MilestoneState,
    ReceiptKind,
    ReceiptState,
    StatementState,
    Trigger,
)


class Milestone(Base):
    """One line of the payment plan of a contract. `due_on` is the last day in China on which it is paid in time.

    `words` says when it is paid, as the contract does. `invoice_number` and `vat_fen` (the tax within the amount) are those of
    the seller's invoice. `document_id` is the contract, `amendment_id` what put the line into its plan afterwards: an amendment
    or a termination agreement.
    """

    __tablename__ = "milestones"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    amendment_id: Mapped[int | None] = mapped_column(ForeignKey("documents.id"))
    number: Mapped[int]
    kind: Mapped[MilestoneKind] = mapped_column(EnumText(MilestoneKind))
    fen: Mapped[int] = mapped_column(BigInteger)
    words: Mapped[str] = mapped_column(String(200))
    trigger: Mapped[Trigger] = mapped_column(EnumText(Trigger))
    days: Mapped[int]
    state: Mapped[MilestoneState] = mapped_column(EnumText(MilestoneState))
    due_on: Mapped[date | None]
    invoice_number: Mapped[str] = mapped_column(String(40), default="")
    vat_fen: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        one_of("kind", MilestoneKind),
        one_of("trigger", Trigger),
        one_of("state", MilestoneState),
        CheckConstraint("fen > 0", name="more_than_nothing"),
        CheckConstraint(f"days BETWEEN 0 AND {LONGEST_DAYS}", name="days_in_range"),
        CheckConstraint("state <> 'due' OR due_on IS NOT NULL", name="due_on_if_due"),
        CheckConstraint("vat_fen >= 0 AND vat_fen < fen", name="vat_within_amount"),
        CheckConstraint("(invoice_number = '') = (vat_fen IS NULL)", name="vat_if_invoice"),
        Index("uq_milestones_number", "deal_id", "number", unique=True),
    )


class DueMove(Base):
    """A line of a plan fell due, was put off to another day, or was cancelled (`due_on` is None); the database lets nobody change
    it, for figures of the past rest on it.

    `late_from` (UTC) is the moment since which the line is late, unless another move or its payment comes before.
    """

    __tablename__ = "milestone_moves"

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestones.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_on: Mapped[date | None]
    late_from: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint("(due_on IS NULL) = (late_from IS NULL)", name="late_from_if_due"),
        CheckConstraint("late_from >= at", name="late_after_move"),
    )


append_only(DueMove)


class Receipt(Base):
    """One payment for a line of the plan: from the buyer, or, as the refund of an earlier one (`refund_of_id`), back to it.

    By bank transfer two people speak, who reports and who confirms. Online the processor does: `processor_id` is its own number
    of the charge, refund or dispute, the voucher is what it sent, and `fee` is what it kept, in the smallest unit of
    `fee_currency`. `sent_on` is the day the sender gives, `received_on` the day the other side says it arrived: the figures go
    by that one.
    """

    __tablename__ = "receipts"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestones.id"), index=True)
    kind: Mapped[ReceiptKind] = mapped_column(EnumText(ReceiptKind))
    refund_of_id: Mapped[int | None] = mapped_column(ForeignKey("receipts.id"))
    channel: Mapped[Channel] = mapped_column(EnumText(Channel), default=Channel.TRANSFER)
    processor_id: Mapped[str | None] = mapped_column(String(255))
    fee: Mapped[int | None] = mapped_column(BigInteger)
    fee_currency: Mapped[str] = mapped_column(String(3), default="")
    state: Mapped[ReceiptState] = mapped_column(EnumText(ReceiptState))
    fen: Mapped[int] = mapped_column(BigInteger)
    sent_on: Mapped[date]
    received_on: Mapped[date | None] = mapped_column(index=True)
    bank_reference: Mapped[str] = mapped_column(String(60))
    voucher_sha256: Mapped[str] = mapped_column(String(64), index=True)
    voucher_name: Mapped[str] = mapped_column(String(200))
    voucher_type: Mapped[str] = mapped_column(String(80))
    voucher_size: Mapped[int]
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("kind", ReceiptKind),
        one_of("state", ReceiptState),
        CheckConstraint("fen > 0", name="more_than_nothing"),
        CheckConstraint("(kind = 'refund') = (refund_of_id IS NOT NULL)", name="refund_of_something"),
        one_of("channel", Channel),
        CheckConstraint(
            "state NOT IN ('confirmed', 'verified') OR (received_on IS NOT NULL AND confirmed_at IS NOT NULL"
            " AND (confirmed_by_id IS NOT NULL OR channel = 'online'))",
            name="received_if_confirmed",
        ),
        CheckConstraint("(channel = 'online') = (reported_by_id IS NULL)", name="reported_by_if_transfer"),
        CheckConstraint("channel <> 'online' OR confirmed_by_id IS NULL", name="nobody_confirms_online"),
        CheckConstraint("(channel = 'online') = (processor_id IS NOT NULL)", name="processor_id_if_online"),
        CheckConstraint(
            "channel <> 'online' OR state IN ('confirmed', 'verified', 'rejected')", name="confirmed_if_online"
        ),
        CheckConstraint("(fee IS NULL) = (fee_currency = '')", name="currency_if_fee"),
        CheckConstraint("fee IS NULL OR channel = 'online'", name="fee_if_online"),
        CheckConstraint("confirmed_by_id <> reported_by_id", name="two_people"),
        CheckConstraint("(state = 'verified') = (verified_by_id IS NOT NULL)", name="verified_by_if_verified"),
        CheckConstraint("state NOT IN ('refused', 'rejected') OR reason <> ''", name="reason_if_refused"),
        CheckConstraint("received_on >= sent_on", name="received_after_sent"),
        Index("ix_receipts_state", "state", "confirmed_at"),
        Index("uq_receipts_processor_id", "processor_id", unique=True),
    )


class RoyaltyStatement(Base):
    """The buyer's figures for one period (both days included): what the royalty is taken of, and what it comes to.

    Once the seller agrees, it is a line of the plan (`milestone_id`; none where nothing is due).
    """

    __tablename__ = "royalty_statements"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    base_fen: Mapped[int] = mapped_column(BigInteger)
    royalty_bp: Mapped[int]
    fen: Mapped[int] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[StatementState] = mapped_column(EnumText(StatementState))
    stated_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestones.id"), unique=True)

    __table_args__ = (
        one_of("state", StatementState),
        CheckConstraint("first_on <= last_on", name="ends_after_it_begins"),
        CheckConstraint("base_fen >= 0 AND fen >= 0", name="not_negative"),
        CheckConstraint("(state = 'stated') = (answered_at IS NULL)", name="answered_at_if_answered"),
        CheckConstraint("state <> 'objected' OR reason <> ''", name="reason_if_objected"),
        CheckConstraint("milestone_id IS NULL OR state = 'agreed'", name="line_if_agreed"),
    )
