"""Tables of rewards: the rules that units have filed, the rewards, who gets how much of each, and what was paid."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import Base as Table
from marketplace.infra.database import EnumText, UtcDateTime, one_of
from marketplace.rewards.rules import Basis, PayoutState, RewardState, Role


class RewardRule(Table):
    """What a unit has agreed on or laid down: a share of the net income. `result_id` only of an agreement about one result.

    `filed_at` is when it came to the platform: a rule does not count for money that had arrived before.
    """

    __tablename__ = "reward_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    basis: Mapped[Basis] = mapped_column(EnumText(Basis))
    result_id: Mapped[int | None] = mapped_column(ForeignKey("results.id"))
    title: Mapped[str] = mapped_column(String(200))
    quote: Mapped[str] = mapped_column(Text)
    share_bp: Mapped[int]
    contract_types: Mapped[list[str]] = mapped_column(JSON, default=list)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    file_sha256: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(200))
    file_type: Mapped[str] = mapped_column(String(80))
    filed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        one_of("basis", Basis),
        CheckConstraint("(basis = 'agreement') = (result_id IS NOT NULL)", name="result_if_agreement"),
        CheckConstraint("basis NOT IN ('statutory', 'decision')", name="filed_by_a_unit"),
        CheckConstraint("share_bp BETWEEN 1 AND 10000", name="share_in_range"),
        CheckConstraint("valid_to >= valid_from", name="ends_after_it_begins"),
    )


class Reward(Table):
    """The share of those who made a result in one receipt. Amounts in fen; empty before the unit has calculated.

    `basis`, `share_bp`, `rule_title` and `rule_quote` are kept as they were applied. `costs` are rows of kind, fen and note.
    `objections_until` is the last day (in China) on which somebody may object; `refunds_fen` what has been followed of refunds.
    """

    __tablename__ = "rewards"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    receipt_id: Mapped[int] = mapped_column(ForeignKey("receipts.id"), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    result_id: Mapped[int] = mapped_column(ForeignKey("results.id"))
    state: Mapped[RewardState] = mapped_column(EnumText(RewardState))
    round: Mapped[int] = mapped_column(default=0)
    received_fen: Mapped[int] = mapped_column(BigInteger)
    refunds_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    costs: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    net_fen: Mapped[int | None] = mapped_column(BigInteger)
    basis: Mapped[Basis | None] = mapped_column(EnumText(Basis))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("reward_rules.id"))
    rule_title: Mapped[str] = mapped_column(String(200), default="")
    rule_quote: Mapped[str] = mapped_column(Text, default="")
    share_bp: Mapped[int | None]
    pool_fen: Mapped[int | None] = mapped_column(BigInteger)
    triggered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    objections_until: Mapped[date | None]
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    __table_args__ = (
        one_of("state", RewardState),
        one_of("basis", Basis),
        CheckConstraint(
            "state IN ('triggered', 'revoked') OR (pool_fen IS NOT NULL AND basis IS NOT NULL)",
            name="pool_if_calculated",
        ),
        CheckConstraint("pool_fen BETWEEN 0 AND net_fen", name="pool_within_net"),
        CheckConstraint("net_fen BETWEEN 0 AND received_fen", name="net_within_received"),
        CheckConstraint("state <> 'published' OR objections_until IS NOT NULL", name="days_if_published"),
        CheckConstraint("state NOT IN ('approved', 'held') OR approved_at IS NOT NULL", name="approved_at_if_approved"),
        Index("ix_rewards_state", "state", "moved_at"),
        Index("ix_rewards_organisation", "organisation_id", "state"),
    )

    @property
    def costs_fen(self) -> int:
        """The sum of the deductions, in fen."""
        return sum(cost["fen"] for cost in self.costs)


class RewardStep(Table):
    """One line of a reward's history, with the words that went with it. Only added."""

    __tablename__ = "reward_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    reward_id: Mapped[int] = mapped_column(ForeignKey("rewards.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text, default="")


class RewardLine(Table):
    """What one person gets of a reward. Who has no account confirms on paper, which the unit uploads.

    Lines of an earlier round stay as they were; those of the reward's own `round` count.
    """

    __tablename__ = "reward_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    reward_id: Mapped[int] = mapped_column(ForeignKey("rewards.id"), index=True)
    round: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[Role] = mapped_column(EnumText(Role))
    weight: Mapped[int]
    fen: Mapped[int] = mapped_column(BigInteger)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paper_sha256: Mapped[str | None] = mapped_column(String(64))
    paper_name: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("weight > 0 AND fen >= 0", name="more_than_nothing"),
    )


class Payout(Table):
    """A person's share as it was paid: gross, the income tax withheld, the day, the voucher, and what the person says.

    Gross less tax is what arrived. One that was recorded by mistake, or never arrived, is taken back on a day of its own, and
    another one may take its place.
    """

    __tablename__ = "payouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("reward_lines.id"), index=True)
    reward_id: Mapped[int] = mapped_column(ForeignKey("rewards.id"), index=True)
    state: Mapped[PayoutState] = mapped_column(EnumText(PayoutState))
    gross_fen: Mapped[int] = mapped_column(BigInteger)
    tax_fen: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date] = mapped_column(index=True)
    voucher_sha256: Mapped[str] = mapped_column(String(64))
    voucher_name: Mapped[str] = mapped_column(String(200))
    voucher_type: Mapped[str] = mapped_column(String(80))
    paid_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reversed_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        one_of("state", PayoutState),
        CheckConstraint("gross_fen > 0", name="more_than_nothing"),
        CheckConstraint("tax_fen >= 0 AND tax_fen < gross_fen", name="tax_within_gross"),
        CheckConstraint(
            "state NOT IN ('acknowledged', 'denied') OR answered_at IS NOT NULL", name="answered_at_if_answered"
        ),
        CheckConstraint("state NOT IN ('denied', 'reversed') OR reason <> ''", name="reason_if_denied"),
        CheckConstraint("(state = 'reversed') = (reversed_on IS NOT NULL)", name="reversed_on_if_reversed"),
        Index(
            "uq_payouts_line",
            "line_id",
            unique=True,
            sqlite_where=sql("state <> 'reversed'"),
            postgresql_where=sql("state <> 'reversed'"),
        ),
    )

    @property
    def net_fen(self) -> int:
        """What arrived: gross less the income tax, in fen."""
        return self.gross_fen - self.tax_fen
