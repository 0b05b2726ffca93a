"""Tables of deals: the deal, its messages and files, the offers, and the dated entries of the signed amount."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.contracts.makers import makers_from
from marketplace.contracts.rules import Basis, ContractType, EndReason, PriceModel
from marketplace.contracts.terms import Terms, instalments_from
from marketplace.deals.rules import DealState, EntryKind, OfferState, StepKind
from marketplace.infra.append_only import append_only
from marketplace.infra.database import Base, EnumText, UtcDateTime, one_of


class Deal(Base):
    """One per contract family. What figures are cut by (counties, industry, category, base, origin) is settled at the opening, so
    that nothing that changes later rewrites them.

    The contract holds from `in_force_on` on and until `ended_on`, days in China; `in_force_at` and `ended_at` are when that came
    on record, which is later where an official has compared a paper. `moved_at` is the last step of the deal, an offer or a
    document; a message alone does not move a deal. `end_reason` is the kind of `reason` for which it was given up or
    terminated; deals that ended before there were kinds have none.
    """

    __tablename__ = "deals"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    interest_id: Mapped[int] = mapped_column(ForeignKey("interests.id"), unique=True)
    result_id: Mapped[int | None] = mapped_column(ForeignKey("results.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(ForeignKey("needs.id"), index=True)
    seller_party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)
    buyer_party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"), index=True)
    seller_county: Mapped[str | None] = mapped_column(String(20))
    buyer_county: Mapped[str | None] = mapped_column(String(20))
    industry: Mapped[str | None] = mapped_column(String(40))
    category: Mapped[str | None] = mapped_column(String(40))
    base_id: Mapped[int | None]
    origin: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[DealState] = mapped_column(EnumText(DealState))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    in_force_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    in_force_on: Mapped[date | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    end_reason: Mapped[EndReason | None] = mapped_column(EnumText(EndReason))

    __table_args__ = (
        one_of("state", DealState),
        one_of("end_reason", EndReason),
        CheckConstraint("end_reason IS NULL OR state IN ('lost', 'terminated')", name="end_reason_if_ended"),
        CheckConstraint("seller_party_id <> buyer_party_id", name="two_parties"),
        CheckConstraint(
            "state NOT IN ('in_force', 'performing', 'accepted', 'completed', 'terminated') OR in_force_at IS NOT NULL",
            name="in_force_at_if_in_force",
        ),
        CheckConstraint("(in_force_at IS NULL) = (in_force_on IS NULL)", name="in_force_on_if_in_force"),
        CheckConstraint("(ended_at IS NULL) = (ended_on IS NULL)", name="ended_on_if_ended"),
        CheckConstraint("state NOT IN ('lost', 'terminated') OR reason <> ''", name="reason_if_ended"),
        Index("ix_deals_state", "state", "moved_at"),
    )


class Message(Base):
    """What one side wrote to the other, with an optional attachment."""

    __tablename__ = "deal_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("parties.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text)
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    file_name: Mapped[str | None] = mapped_column(String(200))
    file_type: Mapped[str | None] = mapped_column(String(80))
    file_size: Mapped[int | None]


class Offer(Base):
    """Terms one party proposes. `amount_fen` is the fixed amount with tax (0 for a pure royalty), `royalty_bp` basis points;
    `use_days` those of use without payment, where the price model is that one."""

    __tablename__ = "offers"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    number: Mapped[int]
    party_id: Mapped[int] = mapped_column(ForeignKey("parties.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[OfferState] = mapped_column(EnumText(OfferState))
    contract_type: Mapped[ContractType] = mapped_column(EnumText(ContractType))
    price_model: Mapped[PriceModel] = mapped_column(EnumText(PriceModel))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    royalty_bp: Mapped[int | None]
    royalty_base: Mapped[str] = mapped_column(String(200), default="")
    delivery: Mapped[str] = mapped_column(Text)
    acceptance: Mapped[str] = mapped_column(Text)
    other_terms: Mapped[str] = mapped_column(Text, default="")
    instalments: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    makers: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    use_days: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[date]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", OfferState),
        one_of("contract_type", ContractType),
        one_of("price_model", PriceModel),
        CheckConstraint("amount_fen >= 0", name="amount_not_negative"),
        CheckConstraint("royalty_bp BETWEEN 1 AND 10000", name="royalty_in_range"),
        CheckConstraint("use_days BETWEEN 30 AND 730", name="use_in_range"),
        CheckConstraint("(price_model = 'use_first') = (use_days IS NOT NULL)", name="use_days_if_use_first"),
        Index("uq_offers_number", "deal_id", "number", unique=True),
        Index(
            "uq_offers_open",
            "deal_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    @property
    def terms(self) -> Terms:
        """The terms as one value."""
        names = ("contract_type", "price_model", "amount_fen", "royalty_bp", "royalty_base", "delivery", "acceptance")
        values = {name: getattr(self, name) for name in (*names, "other_terms", "use_days")}
        lines, makers = instalments_from(self.instalments), makers_from(self.makers)
        return Terms(**values, instalments=lines, makers=makers)


class Entry(Base):
    """A dated change of the signed amount A1 of a contract family; the database lets nobody change it. `amount_fen` is what an
    amendment makes it more or less, in fen, and negative for a termination; `document_id` is what it rests on."""

    __tablename__ = "contract_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"))
    kind: Mapped[EntryKind] = mapped_column(EnumText(EntryKind))
    basis: Mapped[Basis] = mapped_column(EnumText(Basis))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    dated: Mapped[date] = mapped_column(index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("kind", EntryKind),
        one_of("basis", Basis),
        CheckConstraint(
            "kind = 'amendment' OR (kind = 'termination') = (amount_fen < 0) OR amount_fen = 0",
            name="negative_if_termination",
        ),
        Index("uq_contract_entries", "deal_id", "kind", "document_id", unique=True),
    )


class Step(Base):
    """One line of a deal's history: who did what to the deal, an offer or a document (`object_id`), with the words that went
    with it. Only added."""

    __tablename__ = "deal_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    party_id: Mapped[int | None] = mapped_column(ForeignKey("parties.id"))
    kind: Mapped[StepKind] = mapped_column(EnumText(StepKind))
    object_id: Mapped[int]
    action: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (one_of("kind", StepKind),)


append_only(Step)
append_only(Entry)
