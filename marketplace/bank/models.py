"""Tables of bank statements. The file itself is not kept, nor what concerns no deal: it is the account of a company."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import Base, UtcDateTime


class BankStatement(Base):
    """One file that was read for a party: by whom, the SHA-256 of the file, the days it spans, and how much of it was kept."""

    __tablename__ = "bank_statements"

    id: Mapped[int] = mapped_column(primary_key=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    read_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    name: Mapped[str] = mapped_column(String(200))
    content_hash: Mapped[str] = mapped_column(String(64))
    first_on: Mapped[date]
    last_on: Mapped[date]
    line_count: Mapped[int]
    unread_count: Mapped[int]
    kept_count: Mapped[int]

    __table_args__ = (
        CheckConstraint("first_on <= last_on", name="ends_after_it_begins"),
        CheckConstraint("kept_count BETWEEN 0 AND line_count", name="kept_of_the_lines"),
        Index("uq_bank_statements_file", "party_id", "content_hash", unique=True),
    )


class BankLine(Base):
    """A line that may concern a deal; `fen` is positive for what came to the account, negative for what went from it."""

    __tablename__ = "bank_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("bank_statements.id"), index=True)
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)
    day: Mapped[date]
    fen: Mapped[int] = mapped_column(BigInteger)
    counterparty: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(200))

    __table_args__ = (CheckConstraint("fen <> 0", name="not_nothing"),)
