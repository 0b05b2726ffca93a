"""The reading side of rewards: one reward with where it comes from, the actor's own money, sums for the figures."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.contracts.models import Document
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.matching.models import Interest
from marketplace.organisations.models import Organisation
from marketplace.payments.models import Milestone, Receipt
from marketplace.results.models import Result
from marketplace.rewards.by_contract import agreed_shares
from marketplace.rewards.models import Payout, Reward, RewardLine, RewardStep
from marketplace.rewards.policy import require_visible
from marketplace.rewards.rules import PAYOUT_STATES, REWARD_STATES, CostKind, PayoutState, RewardState


@dataclass(frozen=True)
class LineRow:
    """What one person gets, whether he agreed, what was paid; and what the reader may do with it."""

    line: RewardLine
    payout: Payout | None
    is_me: bool
    can_confirm: bool
    can_confirm_on_paper: bool
    can_pay: bool
    can_reverse: bool
    sees_tax: bool
    answers: frozenset[str]

    @property
    def is_paid(self) -> bool:
        """Whether it was paid, and nobody says that it has not arrived."""
        return self.payout is not None and self.payout.state is not PayoutState.DENIED


@dataclass(frozen=True)
class CostRow:
    """A deduction as it is shown."""

    kind: CostKind
    fen: int
    note: str


@dataclass(frozen=True)
class StepRow:
    """A line of the history: an action of the machine, who took it, and the words that went with it."""

    at: datetime
    action: str
    label: str
    who: str
    reason: str


@dataclass(frozen=True)
class RewardPage:
    """One reward with everything it rests on, back to the interest."""

    reward: Reward
    relations: frozenset[Relation]
    unit: Organisation
    result: Result
    deal: Deal
    contract: Document
    milestone: Milestone
    receipt: Receipt
    interest: Interest
    costs: tuple[CostRow, ...]
    lines: tuple[LineRow, ...]
    is_paid_out: bool
    actions: frozenset[str]
    due: date | None
    is_late: bool
    steps: tuple[StepRow, ...]
    is_fixed: bool = False
    """Whether the contract, which the makers signed too, fixes the split."""
    reads_contract: bool = False
    """Whether the reader may open the contract."""

    @property
    def paid_fen(self) -> int:
        """What was paid to people, gross."""
        return sum(row.payout.gross_fen for row in self.lines if row.payout)


def reward_page(uow: UnitOfWork, reward_id: int) -> RewardPage:
    """One reward. Raises NotFound when it is not there or not for this actor to know of."""
    session = uow.session
    reward, held = require_visible(session, uow.actor, session.get(Reward, reward_id))
    deal, receipt = session.get_one(Deal, reward.deal_id), session.get_one(Receipt, reward.receipt_id)
    milestone = session.get_one(Milestone, receipt.milestone_id)
    today = china_day(uow.now())
    lines = _lines(uow, reward, held)
    agreed = {one.user_id for one in agreed_shares(session, reward)}
    is_paid_out = reward.state is RewardState.APPROVED and all(row.is_paid for row in lines if row.line.fen)
    due = None if is_paid_out else due_on(reward)
    return RewardPage(
        reward=reward,
        relations=held,
        unit=session.get_one(Organisation, reward.organisation_id),
        result=session.get_one(Result, reward.result_id),
        deal=deal,
        contract=session.get_one(Document, milestone.document_id),
        milestone=milestone,
        receipt=receipt,
        interest=session.get_one(Interest, deal.interest_id),
        costs=tuple(CostRow(CostKind(one["kind"]), one["fen"], one["note"]) for one in reward.costs),
        lines=lines,
        is_paid_out=is_paid_out,
        actions=_actions(reward, held, today),
        due=due,
        is_late=due is not None and due < today,
        steps=_steps(session, reward),
        is_fixed=bool(agreed),
        reads_contract=bool(held & {Relation.OWNER, Relation.OFFICIAL}) or uow.actor.user_id in agreed,
    )


def _steps(session: Session, reward: Reward) -> tuple[StepRow, ...]:
    """Newest first."""
    statement = select(RewardStep, User.name).outerjoin(User, User.id == RewardStep.user_id)
    found = session.execute(statement.where(RewardStep.reward_id == reward.id).order_by(RewardStep.id.desc()))
    return tuple(StepRow(step.at, step.action, _LABELS[step.action], name or "", step.reason) for step, name in found)


_LABELS = {one.action: one.label for one in REWARD_STATES.transitions} | {
    "confirm": N_("Part confirmed"),
    "reverse": N_("Payout taken back"),
}


def due_on(reward: Reward) -> date | None:
    """The last day of the state's time; for what is published, counted from the end of the objections."""
    days = REWARD_STATES.days_allowed(reward.state)
    if days is None:
        return None
    since = reward.objections_until if reward.state is RewardState.PUBLISHED else china_day(reward.moved_at)
    return (since or china_day(reward.moved_at)) + timedelta(days=days)


def _actions(reward: Reward, held: frozenset[Relation], today: date) -> frozenset[str]:
    found = frozenset(one.action for one in REWARD_STATES.available(reward.state, held))
    is_open = reward.objections_until is not None and today <= reward.objections_until
    if reward.state is RewardState.PUBLISHED:
        found -= {"approve"} if is_open else {"object"}
    return found


PAYOUT_COUNTS = (Payout.line_id == RewardLine.id) & (Payout.state != PayoutState.REVERSED)
"""A payout that was taken back is history."""


def _lines(uow: UnitOfWork, reward: Reward, held: frozenset[Relation]) -> tuple[LineRow, ...]:
    of_round = (RewardLine.reward_id == reward.id, RewardLine.round == reward.round)
    statement = select(RewardLine, Payout).outerjoin(Payout, PAYOUT_COUNTS)
    found = uow.session.execute(statement.where(*of_round).order_by(RewardLine.id))
    return tuple(_line(uow, reward, held, line, payout) for line, payout in found)


def _line(
    uow: UnitOfWork, reward: Reward, held: frozenset[Relation], line: RewardLine, payout: Payout | None
) -> LineRow:
    is_me, is_unit = line.user_id == uow.actor.user_id, Relation.OWNER in held
    waits = reward.state is RewardState.CONFIRMING and line.confirmed_at is None
    mine = frozenset({Relation.AUTHOR} if is_me else ())
    return LineRow(
        line=line,
        payout=payout,
        is_me=is_me,
        can_confirm=waits and is_me,
        can_confirm_on_paper=waits and is_unit and line.user_id is None,
        can_reverse=is_unit and payout is not None and "reverse" in _of_payout(payout, held),
        sees_tax=is_me or bool(held & {Relation.OWNER, Relation.OFFICIAL}),
        can_pay=reward.state is RewardState.APPROVED and is_unit and payout is None and line.fen > 0,
        answers=_of_payout(payout, mine) if payout else frozenset(),
    )


def _of_payout(payout: Payout, relations: frozenset[Relation]) -> frozenset[str]:
    return frozenset(one.action for one in PAYOUT_STATES.available(payout.state, relations))


def paid_by_deal(session: Session) -> dict[int, int]:
    """What was paid to people and not taken back, gross, by deal, in fen."""
    sums = select(Reward.deal_id, func.sum(Payout.gross_fen)).join(Reward, Reward.id == Payout.reward_id)
    counts = sums.where(Payout.state != PayoutState.REVERSED).group_by(Reward.deal_id)
    return {deal_id: int(fen) for deal_id, fen in session.execute(counts)}


def costs_by_deal(session: Session) -> dict[int, int]:
    """What was deducted for rewards that are approved, by deal, in fen."""
    found: dict[int, int] = {}
    owed = {RewardState.APPROVED, RewardState.HELD}
    for reward in session.scalars(select(Reward).where(Reward.state.in_(owed))):
        found[reward.deal_id] = found.get(reward.deal_id, 0) + reward.costs_fen
    return found


def awarded_by_deal(session: Session) -> dict[int, int]:
    """What people are owed by approved rewards, paid or not, by deal, in fen; of one that was taken back what had been paid."""
    owed = {RewardState.APPROVED, RewardState.HELD}
    pools = (
        select(Reward.deal_id, func.sum(func.coalesce(Reward.pool_fen, 0)))
        .where(Reward.state.in_(owed))
        .group_by(Reward.deal_id)
    )
    found = {deal_id: int(fen) for deal_id, fen in session.execute(pools)}
    kept = select(Reward.deal_id, func.sum(Payout.gross_fen)).join(Reward, Reward.id == Payout.reward_id)
    counts = (Reward.state == RewardState.REVOKED, Payout.state != PayoutState.REVERSED)
    of_revoked = kept.where(*counts).group_by(Reward.deal_id)
    for deal_id, fen in session.execute(of_revoked):
        found[deal_id] = found.get(deal_id, 0) + int(fen)
    return found
