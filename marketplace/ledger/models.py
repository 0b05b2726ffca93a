"""The table of transfers. The database refuses to change or delete a row; a mistake is put right by another row."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime
from marketplace.ledger.rules import ENTRIES, Account, TransferKind


def _known_entries() -> str:
    """The CHECK that repeats ENTRIES in the database."""
    return " OR ".join(
        f"(kind = '{kind}' AND debit = '{debit}' AND credit = '{credit}')" for kind, (debit, credit) in ENTRIES.items()
    )


class Transfer(Base):
    """`fen` (more than 0) moved from the account `credit` to the account `debit` of a deal.

    `dated` is the day in China it counts for, `at` when it was written. `source` names the row it rests on, such as
    `receipt:12`; nothing is posted twice for the same reason.
    """

    __tablename__ = "ledger_transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    kind: Mapped[TransferKind] = mapped_column(EnumText(TransferKind))
    debit: Mapped[Account] = mapped_column(EnumText(Account))
    credit: Mapped[Account] = mapped_column(EnumText(Account))
    fen: Mapped[int] = mapped_column(BigInteger)
    dated: Mapped[date] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(40))

    __table_args__ = (
        CheckConstraint("fen > 0", name="more_than_nothing"),
        CheckConstraint(_known_entries(), name="entries_known"),
        Index("uq_ledger_transfers_source", "source", "kind", unique=True),
    )


append_only(Transfer)
