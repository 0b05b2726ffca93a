"""Tables of the offline ledger: its rows and their papers, which the database lets nobody change, and the sheets they came in."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.contracts.rules import ContractType
from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of
from marketplace.offline.rules import EntryKind, ImportState


class OfflineImport(Base):
    """A sheet that somebody has uploaded. `row_count` are its rows, of which `taken_count` were entered."""

    __tablename__ = "offline_imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[ImportState] = mapped_column(EnumText(ImportState))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    row_count: Mapped[int] = mapped_column(default=0)
    taken_count: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        one_of("state", ImportState),
        CheckConstraint("(state = 'read') = (ended_at IS NULL)", name="ended_at_if_ended"),
        CheckConstraint("taken_count BETWEEN 0 AND row_count", name="taken_of_the_rows"),
    )


class OfflineEntry(Base):
    """A deal made outside the platform, or the taking off of one. `amount_fen` is with tax, negative where it is taken off.

    A reversal says what its row says but for the amount, so that the sums of every day, county and type come out right; it is
    `dated` like its row, and `recorded_at` tells since when it is known. `same_as` names the record its row was the same as.
    """

    __tablename__ = "offline_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[EntryKind] = mapped_column(EnumText(EntryKind))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("offline_entries.id"), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    result_id: Mapped[int | None] = mapped_column(ForeignKey("results.id"))
    seller_name: Mapped[str] = mapped_column(String(200))
    seller_key: Mapped[str] = mapped_column(String(200), index=True)
    seller_code: Mapped[str] = mapped_column(String(18), index=True)
    seller_county: Mapped[str | None] = mapped_column(String(20))
    buyer_name: Mapped[str] = mapped_column(String(200))
    buyer_key: Mapped[str] = mapped_column(String(200), index=True)
    buyer_code: Mapped[str] = mapped_column(String(18), index=True)
    buyer_county: Mapped[str | None] = mapped_column(String(20))
    contract_type: Mapped[ContractType] = mapped_column(EnumText(ContractType))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    dated: Mapped[date] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    same_as: Mapped[str] = mapped_column(String(40), default="")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("offline_imports.id"), index=True)
    sheet_row: Mapped[int | None]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("kind", EntryKind),
        one_of("contract_type", ContractType),
        CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reverses_if_reversal"),
        CheckConstraint("(kind = 'reversal') = (amount_fen < 0) AND amount_fen <> 0", name="negative_if_reversal"),
        CheckConstraint("kind = 'entry' OR reason <> ''", name="reason_if_reversal"),
        CheckConstraint("(import_id IS NULL) = (sheet_row IS NULL)", name="row_if_imported"),
        Index("uq_offline_entries_sheet_row", "import_id", "sheet_row", unique=True),
    )


append_only(OfflineEntry)


class OfflinePaper(Base):
    """A scan that somebody has laid beside a row. It makes the row no more proven than before."""

    __tablename__ = "offline_papers"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("offline_entries.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


append_only(OfflinePaper)
