"""The unit calculates a reward: costs off, the share by the rule, the pool split among those who made the result."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.money import WHOLE_BP
from marketplace.kernel.texts import clean, required, single_line
from marketplace.payments.models import Receipt
from marketplace.results.models import Contributor
from marketplace.rewards.by_contract import AgreedShare, agreed_shares
from marketplace.rewards.confirming import publish_if_confirmed
from marketplace.rewards.models import Reward, RewardLine
from marketplace.rewards.rules import REWARD_STATES, Basis, CostKind, Resolved, Role, pool_of, split
from marketplace.rewards.service import LONGEST_REASON, enter, lines_of, move, require_current
from marketplace.rewards.unit_rules import rule_for

LONGEST_NOTE = 200
MOST_LINES = 30


@dataclass(frozen=True)
class Cost:
    """A deduction: what for, fen, and what it rests on."""

    kind: CostKind
    fen: int
    note: str


@dataclass(frozen=True)
class Share:
    """A person's part by weight; `user_id` None for somebody without an account."""

    name: str
    role: Role
    weight: int
    user_id: int | None = None


@dataclass(frozen=True)
class Calculation:
    """What the unit states, having seen the split of this `round`. `decided_bp` and `decided_why` only where neither a rule nor
    the law names a share; no `shares` where the contract fixes them."""

    costs: Sequence[Cost]
    shares: Sequence[Share]
    round: int
    decided_bp: int | None = None
    decided_why: str = ""


def calculate(uow: UnitOfWork, reward_id: int, calculation: Calculation) -> Reward:
    """The unit states the costs and the split; the share is what the rule gives. A new round: everybody confirms again.

    Where the makers of the result signed the contract, it fixes the split: they have agreed to it already, and it is published.

    Raises NotFound, NotPermitted, Conflict, InvalidInput naming what does not fit; emits RewardMoved.
    """
    reward, held = enter(uow, reward_id)
    REWARD_STATES.require("calculate", reward.state, held)
    require_current(uow, reward)
    if calculation.round != reward.round:
        raise Conflict(N_("Somebody else has calculated meanwhile. Look at the new split first."))
    net = reward.received_fen - _costs(reward, calculation.costs)
    rule = _rule(uow, reward, calculation)
    pool = min(net, pool_of(net, rule.share_bp))
    agreed = agreed_shares(uow.session, reward)
    shares = _fixed(agreed, calculation.shares) if agreed else _checked(uow, reward, calculation.shares)
    reward.costs = [
        {"kind": cost.kind.value, "fen": cost.fen, "note": single_line(cost.note)} for cost in calculation.costs
    ]
    reward.net_fen, reward.pool_fen, reward.share_bp = net, pool, rule.share_bp
    reward.basis, reward.rule_id = rule.basis, rule.rule_id
    reward.rule_title, reward.rule_quote = rule.title, rule.quote
    reward.round, reward.objections_until = reward.round + 1, None
    move(uow, reward, "calculate", held)
    _add_lines(uow, reward, shares, uow.now() if agreed else None)
    publish_if_confirmed(uow, reward)
    return reward


def proposed_shares(uow: UnitOfWork, reward: Reward) -> list[Share]:
    """What the form begins with: what the contract fixes, else the last round, else the result's contributors in equal parts."""
    if agreed := agreed_shares(uow.session, reward):
        return _agreed(agreed)
    if before := lines_of(uow, reward):
        return [Share(line.name, line.role, line.weight, line.user_id) for line in before]
    named = select(Contributor).where(Contributor.result_id == reward.result_id).order_by(Contributor.place)
    return [Share(one.name, Role.CONTRIBUTOR, 1, one.user_id) for one in uow.session.scalars(named)]


def _costs(reward: Reward, costs: Sequence[Cost]) -> int:
    """The sum of the deductions, in fen."""
    if any(cost.fen <= 0 or not clean(cost.note) or len(cost.note) > LONGEST_NOTE for cost in costs):
        raise InvalidInput(N_("Every deduction needs an amount and what it rests on."), field="costs")
    total = sum(cost.fen for cost in costs)
    if total >= reward.received_fen:
        raise InvalidInput(N_("The deductions must be less than what was received."), field="costs")
    return total


def _rule(uow: UnitOfWork, reward: Reward, calculation: Calculation) -> Resolved:
    """What gives the share; where nothing does, the unit decides and says why."""
    rule = rule_for(uow, uow.session.get_one(Receipt, reward.receipt_id))
    if rule is not None:
        return rule
    if calculation.decided_bp is None or not 0 < calculation.decided_bp <= WHOLE_BP:
        raise InvalidInput(
            N_("No rule and no default of the law applies: write the share your unit has decided."), field="share"
        )
    why = required(calculation.decided_why, "why", LONGEST_REASON)
    return Resolved(Basis.DECISION, calculation.decided_bp, "", why)


def _checked(uow: UnitOfWork, reward: Reward, shares: Sequence[Share]) -> list[Share]:
    """Everybody who made the result has a part; nobody has two; each part weighs something."""
    if not 0 < len(shares) <= MOST_LINES or any(one.weight <= 0 or not clean(one.name) for one in shares):
        raise InvalidInput(
            N_("Everybody needs a name and a part of more than nothing; at most 30 people."), field="shares"
        )
    users = [one.user_id for one in shares if one.user_id is not None]
    if len(users) != len(set(users)):
        raise InvalidInput(N_("The same person stands there twice."), field="shares")
    named = uow.session.scalars(select(Contributor).where(Contributor.result_id == reward.result_id)).all()
    present = {(one.user_id or single_line(one.name)) for one in shares}
    missing = [one.name for one in named if (one.user_id or single_line(one.name)) not in present]
    if missing:
        left_out = N_("Those who made the result are left out: %(names)s.")
        raise InvalidInput(left_out, fields={"shares": left_out}, names="、".join(missing))
    return list(shares)


def _agreed(agreed: Sequence[AgreedShare]) -> list[Share]:
    return [Share(one.name, Role.CONTRIBUTOR, one.share_bp, one.user_id) for one in agreed]


def _fixed(agreed: Sequence[AgreedShare], typed: Sequence[Share]) -> list[Share]:
    """The split by the contract. Raises InvalidInput where somebody states another one."""
    shares = _agreed(agreed)
    if typed and [(one.user_id, one.weight) for one in typed] != [(one.user_id, one.weight) for one in shares]:
        raise InvalidInput(
            N_("The contract fixes who gets which share. Nothing else can be stated here."), field="shares"
        )
    return shares


def _add_lines(uow: UnitOfWork, reward: Reward, shares: Sequence[Share], confirmed_at: datetime | None) -> None:
    """The lines of a new round; what those concerned have signed is confirmed from the beginning."""
    parts = split(reward.pool_fen or 0, [one.weight for one in shares])
    for one, fen in zip(shares, parts, strict=True):
        line = RewardLine(
            reward_id=reward.id,
            round=reward.round,
            user_id=one.user_id,
            name=single_line(one.name),
            role=one.role,
            weight=one.weight,
            fen=fen,
            confirmed_at=confirmed_at,
        )
        uow.session.add(line)
    uow.flush()
