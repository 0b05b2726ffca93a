"""Tables of benefits: declarations, and the entries of B1 that verified ones have added."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.benefits.rules import DeclarationState, Reckoning, Repeatability
from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of

_WAITING = sql("state = 'declared'")
_STANDING = sql("state = 'verified'")


class Declaration(Base):
    """What a unit says it gained in a calendar year by using a result itself. Amounts in fen; `fen` = `unit_fen` · `quantity` −
    `costs_fen`.

    `basis` says against what it is reckoned, `quantity_of` what is counted, `costs_for` what was taken off, `scope` where the
    result is used. `replaces_id` is the verified declaration this one corrects, `remark` why an official returned it.
    """

    __tablename__ = "benefit_declarations"

    id: Mapped[int] = mapped_column(primary_key=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    year: Mapped[int]
    state: Mapped[DeclarationState] = mapped_column(EnumText(DeclarationState))
    basis: Mapped[str] = mapped_column(Text)
    unit_fen: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int] = mapped_column(BigInteger)
    quantity_of: Mapped[str] = mapped_column(String(20))
    costs_fen: Mapped[int] = mapped_column(BigInteger)
    costs_for: Mapped[str] = mapped_column(Text, default="")
    fen: Mapped[int] = mapped_column(BigInteger)
    scope: Mapped[str] = mapped_column(Text)
    repeatability: Mapped[Repeatability] = mapped_column(EnumText(Repeatability))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("benefit_declarations.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    proof_sha256: Mapped[str] = mapped_column(String(64), index=True)
    proof_name: Mapped[str] = mapped_column(String(200))
    proof_type: Mapped[str] = mapped_column(String(80))
    declared_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", DeclarationState),
        one_of("repeatability", Repeatability),
        CheckConstraint("unit_fen > 0 AND quantity >= 0 AND costs_fen >= 0", name="not_negative"),
        CheckConstraint("fen = unit_fen * quantity - costs_fen", name="reckoned"),
        CheckConstraint("fen > 0 OR (fen = 0 AND replaces_id IS NOT NULL)", name="more_than_nothing"),
        CheckConstraint("costs_fen = 0 OR costs_for <> ''", name="costs_named"),
        CheckConstraint("replaces_id IS NULL OR reason <> ''", name="reason_if_replaces"),
        CheckConstraint("(state = 'declared') = (answered_at IS NULL)", name="answered_at_if_answered"),
        CheckConstraint("state <> 'returned' OR remark <> ''", name="remark_if_returned"),
        CheckConstraint("state = 'withdrawn' OR answered_by_id <> declared_by_id", name="two_people"),
        Index(
            "uq_benefit_declarations_waiting",
            "result_id",
            "organisation_id",
            "year",
            unique=True,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        ),
        Index(
            "uq_benefit_declarations_standing",
            "result_id",
            "organisation_id",
            "year",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        Index("ix_benefit_declarations_state", "state", "declared_at"),
    )

    @property
    def reckoning(self) -> Reckoning:
        """How it comes to its amount."""
        return Reckoning(self.unit_fen, self.quantity, self.costs_fen)


class BenefitEntry(Base):
    """What a verified declaration adds to B1 of its year, in fen: of one that replaces another the difference. The database lets
    nobody change it.

    `dated` is the last day of the year the benefit is of, `recorded_at` since when it is on record. `counted` is 1 for a benefit
    that begins to count, -1 for one that a correction brings to nothing. What it is cut by is settled
    when it is verified, and what corrects it is cut as it is.
    """

    __tablename__ = "benefit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    declaration_id: Mapped[int] = mapped_column(ForeignKey("benefit_declarations.id"), unique=True)
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"))
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    dated: Mapped[date] = mapped_column(index=True)
    fen: Mapped[int] = mapped_column(BigInteger)
    counted: Mapped[int]
    county: Mapped[str | None] = mapped_column(String(20))
    industry: Mapped[str | None] = mapped_column(String(40))
    category: Mapped[str | None] = mapped_column(String(40))
    base_id: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (CheckConstraint("counted BETWEEN -1 AND 1", name="counted_once"),)


append_only(BenefitEntry)
