"""What is announced about rewards."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("reward.moved")
@dataclass(frozen=True)
class RewardMoved(Event):
    """A reward was triggered, calculated, confirmed by one person, published, objected to, approved, held or taken back."""

    reward_id: int
    deal_id: int
    action: str
    line_id: int | None = None

    @property
    def subject(self) -> str:
        """`reward:7`."""
        return f"reward:{self.reward_id}"


@event("payout.moved")
@dataclass(frozen=True)
class PayoutMoved(Event):
    """A person's share was paid, acknowledged, or denied; amounts in fen."""

    payout_id: int
    reward_id: int
    action: str
    gross_fen: int
    tax_fen: int

    @property
    def subject(self) -> str:
        """`payout:7`."""
        return f"payout:{self.payout_id}"


@event("reward.rule_filed")
@dataclass(frozen=True)
class RuleFiled(Event):
    """A unit has filed a rule on rewards, or ended one."""

    rule_id: int
    organisation_id: int
    action: str

    @property
    def subject(self) -> str:
        """`reward_rule:7`."""
        return f"reward_rule:{self.rule_id}"
