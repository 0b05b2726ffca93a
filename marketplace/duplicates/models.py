"""The table of suspected duplicates: one row for each pair of records, whoever found it."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.duplicates.rules import DuplicateState, Key, RecordKind
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of


class Duplicate(Base):
    """Two records that may be one contract, in the order of rules.in_order. What a record is stands with its feature, by its id.

    Title, counties and `fen` (the smaller of both amounts, which would be counted twice) are those of the day it was found, for
    the queue. `standing` names the record that counts once both are found to be the same.
    """

    __tablename__ = "duplicates"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_kind: Mapped[RecordKind] = mapped_column(EnumText(RecordKind))
    first_id: Mapped[int]
    second_kind: Mapped[RecordKind] = mapped_column(EnumText(RecordKind))
    second_id: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    seller_county: Mapped[str | None] = mapped_column(String(20))
    buyer_county: Mapped[str | None] = mapped_column(String(20))
    fen: Mapped[int] = mapped_column(BigInteger)
    same_result: Mapped[bool]
    title_percent: Mapped[int | None]
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[DuplicateState] = mapped_column(EnumText(DuplicateState))
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    standing: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (
        one_of("first_kind", RecordKind),
        one_of("second_kind", RecordKind),
        one_of("state", DuplicateState),
        CheckConstraint("first_kind <> second_kind OR first_id < second_id", name="in_order"),
        CheckConstraint("first_kind = second_kind OR first_kind = 'deal'", name="contract_first"),
        CheckConstraint(
            "(state IN ('same', 'different')) = (resolved_by_id IS NOT NULL)", name="resolved_by_if_resolved"
        ),
        CheckConstraint("(state = 'open') = (resolved_at IS NULL)", name="resolved_at_if_not_open"),
        CheckConstraint("state <> 'different' OR reason <> ''", name="reason_if_different"),
        CheckConstraint("(state = 'same') = (standing <> '')", name="standing_if_same"),
        Index("uq_duplicates_pair", "first_kind", "first_id", "second_kind", "second_id", unique=True),
        Index("ix_duplicates_second", "second_kind", "second_id"),
        Index("ix_duplicates_state", "state", "found_at"),
    )


def keys_of(row: Duplicate) -> tuple[Key, Key]:
    """Which two records a pair is of."""
    return (row.first_kind, row.first_id), (row.second_kind, row.second_id)
