"""What becomes of a worker's share, and the arithmetic of it. Pure; amounts in fen, shares in basis points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.money import WHOLE_BP, Money
from marketplace.kernel.states import Relation, StateTable, arrow
from marketplace.rewards.law import Statutory


class Basis(Labelled):
    """What gives the share: an agreement first, then the unit's rule, then the statute (转化法 art. 44–45)."""

    AGREEMENT = "agreement", N_("Agreement about this result")
    COLLECTIVE_CONTRACT = "collective_contract", N_("Collective contract on innovation")
    UNIT_RULE = "unit_rule", N_("Rule of the unit")
    STATUTORY = "statutory", N_("Default of the law")
    DECISION = "decision", N_("Decision of the unit: no rule and no default applies")


FILED = (Basis.AGREEMENT, Basis.COLLECTIVE_CONTRACT, Basis.UNIT_RULE)
"""Those a unit files, the strongest first. A collective contract was negotiated, so it goes before the unit's own rule."""


class RewardState(Labelled):
    """A reward, from the receipt that triggers it."""

    TRIGGERED = "triggered", N_("Waiting for the unit's calculation")
    CONFIRMING = "confirming", N_("Waiting for everybody to confirm the split")
    PUBLISHED = "published", N_("Published for objections")
    DISPUTED = "disputed", N_("Objected to")
    APPROVED = "approved", N_("Approved, to be paid")
    HELD = "held", N_("Held: money was refunded, or is disputed")
    REVOKED = "revoked", N_("Taken back")


class Role(Labelled):
    """Why somebody has a line in the split."""

    CONTRIBUTOR = "contributor", N_("Contributor")
    SUPPORTER = "supporter", N_("Supporter of the conversion")


class PayoutState(Labelled):
    """What was paid to one person, and what he says of it."""

    PAID = "paid", N_("Paid, waiting for the worker's word")
    ACKNOWLEDGED = "acknowledged", N_("Received by the worker")
    DENIED = "denied", N_("The worker says it has not arrived")
    REVERSED = "reversed", N_("Recorded by mistake, taken back")


class CostKind(Labelled):
    """What may be deducted before the share is taken; nothing else is a cost of the conversion."""

    TAX = "tax", N_("Value-added tax and surcharges")
    PATENT = "patent", N_("Fees of patents")
    AGENT = "agent", N_("Agent, appraisal and notary")
    DELIVERY = "delivery", N_("Costs of delivery and training by this contract")


R, S, P = Relation, RewardState, PayoutState

REWARD_STATES = StateTable(
    "reward",
    S.TRIGGERED,
    (
        arrow(
            "calculate",
            {S.TRIGGERED, S.CONFIRMING, S.DISPUTED},
            S.CONFIRMING,
            {R.OWNER},
            N_("Calculate and propose the split"),
        ),
        arrow("publish", {S.CONFIRMING}, S.PUBLISHED, {R.SYSTEM}, N_("Everybody has confirmed")),
        arrow("object", {S.CONFIRMING, S.PUBLISHED}, S.DISPUTED, {R.AUTHOR}, N_("Object"), reason=True),
        arrow("dismiss", {S.DISPUTED}, S.CONFIRMING, {R.OFFICIAL}, N_("Dismiss the objection"), reason=True),
        arrow("approve", {S.PUBLISHED}, S.APPROVED, {R.OWNER}, N_("Approve the reward")),
        arrow(
            "reopen",
            {S.CONFIRMING, S.PUBLISHED, S.DISPUTED},
            S.TRIGGERED,
            {R.SYSTEM},
            N_("Reckon again after a refund"),
        ),
        arrow("hold", {S.APPROVED}, S.HELD, {R.SYSTEM}, N_("Hold after a refund or in a dispute")),
        arrow("release", {S.HELD}, S.APPROVED, {R.OFFICIAL, R.SYSTEM}, N_("Let it be paid all the same"), reason=True),
        arrow("pass", {S.CONFIRMING}, S.PUBLISHED, {R.OFFICIAL}, N_("Publish without the missing words"), reason=True),
        arrow("lapse", {S.TRIGGERED}, S.REVOKED, {R.SYSTEM}, N_("Nothing is left after the refund")),
        arrow("revoke", {S.HELD}, S.REVOKED, {R.OFFICIAL}, N_("Take back what is not paid"), reason=True),
    ),
    timers=((S.TRIGGERED, 15), (S.CONFIRMING, 15), (S.PUBLISHED, 30), (S.DISPUTED, 15), (S.APPROVED, 30), (S.HELD, 30)),
)

PAYOUT_STATES = StateTable(
    "payout",
    P.PAID,
    (
        arrow("acknowledge", {P.PAID, P.DENIED}, P.ACKNOWLEDGED, {R.AUTHOR}, N_("I have received it")),
        arrow("deny", {P.PAID}, P.DENIED, {R.AUTHOR}, N_("It has not arrived"), reason=True),
        arrow("reverse", {P.PAID, P.DENIED}, P.REVERSED, {R.OWNER}, N_("Recorded by mistake"), reason=True),
    ),
    timers=((P.PAID, 15), (P.DENIED, 15)),
)


@dataclass(frozen=True)
class Resolved:
    """The rule that gives the share: its basis, the share, and the words that are quoted to the worker."""

    basis: Basis
    share_bp: int
    title: str
    quote: str
    rule_id: int | None = None


@dataclass(frozen=True)
class Filed:
    """A rule as a unit has filed it; `contract_types` empty means all."""

    id: int
    basis: Basis
    share_bp: int
    title: str
    quote: str
    contract_types: frozenset[str]
    valid_from: date
    valid_to: date | None

    def applies(self, contract_type: str, day: date) -> bool:
        """Whether it speaks of such a contract, and is in force on the day."""
        in_force = self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        return in_force and (not self.contract_types or contract_type in self.contract_types)


def resolve(
    filed: Sequence[Filed], default: Statutory | None, unit_kind: str, agreed: Resolved | None = None
) -> Resolved | None:
    """Agreement, then collective contract, then the unit's rule, then the law; None where nothing says anything.

    `agreed` is what the signed contract itself says, which goes before everything filed; `filed` are those that apply, and of two
    of one basis the later one counts. For a unit whose share has a legal minimum the minimum is what it gets where less is given.
    """
    by_strength = sorted(filed, key=lambda one: (FILED.index(one.basis), -one.valid_from.toordinal(), -one.id))
    rule = agreed or next((_resolved(one) for one in by_strength), None)
    if rule is None or (default is not None and unit_kind in default.floor_for and rule.share_bp < default.share_bp):
        return Resolved(Basis.STATUTORY, default.share_bp, default.source, default.quote) if default else None
    return rule


def _resolved(rule: Filed) -> Resolved:
    return Resolved(rule.basis, rule.share_bp, rule.title, rule.quote, rule.id)


def pool_of(net_fen: int, share_bp: int) -> int:
    """The share of the net income, in fen: rounded up, because the law says "not less than"."""
    return -(-max(0, net_fen) * share_bp // WHOLE_BP)


def split(pool_fen: int, weights: Sequence[int]) -> tuple[int, ...]:
    """The pool by weights, in fen; the parts add up to it."""
    return tuple(part.fen for part in Money(pool_fen).split(tuple(weights)))
