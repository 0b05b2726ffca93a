"""Tables of online payments. Amounts are in fen; ids of the processor stand beside our own."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.online.rules import LARGEST_FEN, AccountState, DisputeState, Outcome, PageState

_COUNTS = "state <> 'ended'"


class OnlineAccount(Base):
    """An organisation's account at the processor (`account`, such as acct_…), who named it, and what the processor says of it.

    `name` and `country` are the processor's: an official compares them with the payee of the contract.
    """

    __tablename__ = "online_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    account: Mapped[str] = mapped_column(String(64))
    state: Mapped[AccountState] = mapped_column(EnumText(AccountState))
    named_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    named_at: Mapped[datetime] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    name: Mapped[str] = mapped_column(String(200), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", AccountState),
        CheckConstraint("state NOT IN ('connected', 'refused') OR checked_at IS NOT NULL", name="checked_if_known"),
        Index(
            "uq_online_accounts_organisation",
            "organisation_id",
            unique=True,
            sqlite_where=text(_COUNTS),
            postgresql_where=text(_COUNTS),
        ),
        Index(
            "uq_online_accounts_account",
            "account",
            unique=True,
            sqlite_where=text(_COUNTS),
            postgresql_where=text(_COUNTS),
        ),
    )


class PaymentPage(Base):
    """One payment page for one line of a plan, on the payee's account. `key` is ours: it stands in the processor's call and in
    every answer about the page. `receipt_id` is the payment that was made there."""

    __tablename__ = "payment_pages"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestones.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("online_accounts.id"))
    fen: Mapped[int] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[PageState] = mapped_column(EnumText(PageState))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    session_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    url: Mapped[str] = mapped_column(Text, default="")
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey("receipts.id"), unique=True)
    note: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", PageState),
        CheckConstraint(f"fen BETWEEN 1 AND {LARGEST_FEN}", name="amount_in_range"),
        CheckConstraint("state NOT IN ('open', 'paid') OR session_id IS NOT NULL", name="session_if_open"),
        CheckConstraint("(state = 'paid') = (receipt_id IS NOT NULL)", name="receipt_if_paid"),
        CheckConstraint("expires_at > asked_at", name="lasts"),
    )


class ProcessorEvent(Base):
    """What the processor sent, byte by byte as text, before anything was done about it; `event_id` is the processor's."""

    __tablename__ = "processor_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[str] = mapped_column(String(80))
    account: Mapped[str] = mapped_column(String(64), index=True)
    session_id: Mapped[str] = mapped_column(String(255), default="")
    intent_id: Mapped[str] = mapped_column(String(255), default="")
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    was_fetched: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[Outcome] = mapped_column(EnumText(Outcome))
    followed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    page_id: Mapped[int | None] = mapped_column(ForeignKey("payment_pages.id"), index=True)

    __table_args__ = (
        one_of("outcome", Outcome),
        CheckConstraint("(outcome = 'waiting') = (followed_at IS NULL)", name="followed_at_if_followed"),
        CheckConstraint(
            "outcome <> 'followed' OR page_id IS NOT NULL OR (session_id = '' AND intent_id = '')",
            name="page_if_followed",
        ),
    )


class Dispute(Base):
    """A payment that the payer's bank contests; `processor_id` is the processor's, as is the word `cause`."""

    __tablename__ = "disputes"

    id: Mapped[int] = mapped_column(primary_key=True)
    processor_id: Mapped[str] = mapped_column(String(255), unique=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipts.id"), index=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    state: Mapped[DisputeState] = mapped_column(EnumText(DisputeState))
    fen: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(String(80))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("state", DisputeState),
        CheckConstraint("fen > 0", name="more_than_nothing"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled_at_if_settled"),
    )


class Reconciliation(Base):
    """What one comparison with the processor's list has found, back to `since`; `fetched` events had never been delivered."""

    __tablename__ = "reconciliations"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    payments: Mapped[int]
    fetched: Mapped[int]
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
