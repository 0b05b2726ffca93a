"""The reading side of rewards: one reward with where it comes from, the actor's own money, sums for the figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from marketplace.contracts.models import Document
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.states import Relation
from marketplace.matching.models import Interest
from marketplace.organisations.models import Organisation
from marketplace.payments.models import Milestone, Receipt
from marketplace.results.models import Result
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.rewards.policy import is_mine, is_of_my_office, is_of_my_unit, require_visible, visible
from marketplace.rewards.rules import PAYOUT_STATES, REWARD_STATES, CostKind, RewardState


@dataclass(frozen=True)
class LineRow:
    """What one person gets, whether he agreed, what was paid; and what the reader may do with it."""

    line: RewardLine
    payout: Payout | None
    is_me: bool
    can_confirm: bool
    can_confirm_on_paper: bool
    can_pay: bool
    answers: frozenset[str]

    @property
    def net_fen(self) -> int | None:
        """What arrived: gross less the income tax; None before it is paid."""
        return self.payout.gross_fen - self.payout.tax_fen if self.payout else None


@dataclass(frozen=True)
class CostRow:
    """A deduction as it is shown."""

    kind: CostKind
    fen: int
    note: str


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

    @property
    def paid_fen(self) -> int:
        """What was paid to people, gross."""
        return sum(row.payout.gross_fen for row in self.lines if row.payout)


@dataclass(frozen=True)
class MoneyRow:
    """One line of "my money", or of what a unit owes. `fen` is the reader's part, or the whole pool for a unit or official."""

    reward: Reward
    title: str
    unit: str
    fen: int | None
    payout: Payout | None
    due: date | None
    is_late: bool
    is_paid_out: bool
    waits_for_me: bool


def reward_page(uow: UnitOfWork, reward_id: int) -> RewardPage:
    """One reward. Raises NotFound when it is not there or not for this actor to know of."""
    session = uow.session
    reward, held = require_visible(session, uow.actor, session.get(Reward, reward_id))
    deal, receipt = session.get_one(Deal, reward.deal_id), session.get_one(Receipt, reward.receipt_id)
    milestone = session.get_one(Milestone, receipt.milestone_id)
    today = china_day(uow.now())
    lines = _lines(uow, reward, held)
    is_paid_out = reward.state is RewardState.APPROVED and all(row.payout for row in lines if row.line.fen)
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
    )


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


def _lines(uow: UnitOfWork, reward: Reward, held: frozenset[Relation]) -> tuple[LineRow, ...]:
    of_round = (RewardLine.reward_id == reward.id, RewardLine.round == reward.round)
    statement = select(RewardLine, Payout).outerjoin(Payout, Payout.line_id == RewardLine.id)
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
        can_pay=reward.state is RewardState.APPROVED and is_unit and payout is None and line.fen > 0,
        answers=frozenset(one.action for one in PAYOUT_STATES.available(payout.state, mine)) if payout else frozenset(),
    )


def my_money(uow: UnitOfWork) -> tuple[MoneyRow, ...]:
    """The actor's own parts, those that wait for him first, then the newest."""
    found = _money(uow, is_mine(uow.actor), own=True)
    return tuple(sorted(found, key=lambda row: not row.waits_for_me))


def owed_by_my_units(uow: UnitOfWork) -> tuple[MoneyRow, ...]:
    """Rewards of the units the actor speaks for."""
    return _money(uow, is_of_my_unit(uow.actor))


def in_my_office(uow: UnitOfWork) -> tuple[MoneyRow, ...]:
    """Rewards of the counties an official is there for."""
    return _money(uow, is_of_my_office(uow.actor))


def _money(uow: UnitOfWork, which: ColumnElement[bool], *, own: bool = False, limit: int = 200) -> tuple[MoneyRow, ...]:
    statement = (
        select(Reward, Deal.title, Organisation.name)
        .join(Deal, Deal.id == Reward.deal_id)
        .join(Organisation, Organisation.id == Reward.organisation_id)
        .where(which, visible(uow.actor))
        .order_by(Reward.id.desc())
        .limit(limit)
    )
    rows = uow.session.execute(statement).all()
    ids = [reward.id for reward, _, _ in rows]
    mine, paid = _own_lines(uow, ids) if own else {}, _paid_of(uow.session, ids)
    return tuple(
        _money_row(uow, reward, title, unit, mine.get(reward.id), own, paid.get(reward.id, 0))
        for reward, title, unit in rows
    )


def _paid_of(session: Session, reward_ids: Sequence[int]) -> dict[int, int]:
    """What was paid of each reward, gross, in fen."""
    sums = select(Payout.reward_id, func.sum(Payout.gross_fen)).where(Payout.reward_id.in_(reward_ids))
    return {reward_id: int(fen) for reward_id, fen in session.execute(sums.group_by(Payout.reward_id))}


def _own_lines(uow: UnitOfWork, reward_ids: Sequence[int]) -> dict[int, tuple[RewardLine, Payout | None]]:
    """The actor's line of each reward that still counts."""
    statement = (
        select(RewardLine, Payout)
        .join(Reward, (Reward.id == RewardLine.reward_id) & (Reward.round == RewardLine.round))
        .outerjoin(Payout, Payout.line_id == RewardLine.id)
        .where(RewardLine.reward_id.in_(reward_ids), RewardLine.user_id == uow.actor.user_id)
    )
    return {line.reward_id: (line, payout) for line, payout in uow.session.execute(statement)}


def _money_row(
    uow: UnitOfWork,
    reward: Reward,
    title: str,
    unit: str,
    mine: tuple[RewardLine, Payout | None] | None,
    own: bool,
    paid_fen: int,
) -> MoneyRow:
    line, payout = mine or (None, None)
    is_paid_out = reward.state is RewardState.APPROVED and paid_fen == reward.pool_fen
    due = None if is_paid_out else due_on(reward)
    confirms = line is not None and reward.state is RewardState.CONFIRMING and line.confirmed_at is None
    answers = payout is not None and payout.answered_at is None
    return MoneyRow(
        reward=reward,
        title=title,
        unit=unit,
        fen=(line.fen if line else None) if own else reward.pool_fen,
        payout=payout,
        due=due,
        is_late=due is not None and due < china_day(uow.now()) and payout is None,
        is_paid_out=is_paid_out,
        waits_for_me=confirms or answers,
    )


def paid_by_deal(session: Session) -> dict[int, int]:
    """What was paid to people, gross, by deal, in fen."""
    sums = select(Reward.deal_id, func.sum(Payout.gross_fen)).join(Reward, Reward.id == Payout.reward_id)
    return {deal_id: int(fen) for deal_id, fen in session.execute(sums.group_by(Reward.deal_id))}


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
    of_revoked = kept.where(Reward.state == RewardState.REVOKED).group_by(Reward.deal_id)
    for deal_id, fen in session.execute(of_revoked):
        found[deal_id] = found.get(deal_id, 0) + int(fen)
    return found
