"""Lists of rewards: a worker's own money, what a unit owes, what officials watch, what a deal brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.organisations.models import Organisation
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.rewards.policy import is_mine, is_of_my_office, is_of_my_unit, visible
from marketplace.rewards.queries import PAYOUT_COUNTS, due_on
from marketplace.rewards.rules import PayoutState, RewardState

SHOWN = 200
"""Of a unit's or an office's rewards; one's own are all there, because they are added up."""


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
    is_dropped: bool
    waits_for_me: bool


@dataclass(frozen=True)
class Own:
    """A worker's own money: the rows, those first that wait for him, and two sums in fen before income tax."""

    rows: tuple[MoneyRow, ...]
    received_fen: int
    coming_fen: int


def my_own(uow: UnitOfWork) -> Own:
    """What the actor has received, and what is on its way; what he says has not arrived is on its way."""
    rows = my_money(uow)
    paid = [row for row in rows if row.payout and row.payout.state is not PayoutState.DENIED]
    open_ = [row for row in rows if row not in paid and row.fen and row.reward.state is not RewardState.REVOKED]
    received = sum(row.payout.gross_fen for row in paid if row.payout)
    return Own(rows, received, sum(row.fen or 0 for row in open_))


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


def _money(uow: UnitOfWork, which: ColumnElement[bool], *, own: bool = False) -> tuple[MoneyRow, ...]:
    statement = (
        select(Reward, Deal.title, Organisation.name)
        .join(Deal, Deal.id == Reward.deal_id)
        .join(Organisation, Organisation.id == Reward.organisation_id)
        .where(which, visible(uow.actor))
        .order_by(Reward.id.desc())
        .limit(None if own else SHOWN)
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
    arrived = Payout.state.not_in((PayoutState.REVERSED, PayoutState.DENIED))
    sums = select(Payout.reward_id, func.sum(Payout.gross_fen)).where(Payout.reward_id.in_(reward_ids), arrived)
    return {reward_id: int(fen) for reward_id, fen in session.execute(sums.group_by(Payout.reward_id))}


def _own_lines(uow: UnitOfWork, reward_ids: Sequence[int]) -> dict[int, tuple[RewardLine, Payout | None]]:
    """The actor's line of each reward that still counts."""
    statement = (
        select(RewardLine, Payout)
        .join(Reward, (Reward.id == RewardLine.reward_id) & (Reward.round == RewardLine.round))
        .outerjoin(Payout, PAYOUT_COUNTS)
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
        fen=(line.fen if line and reward.pool_fen is not None else None) if own else reward.pool_fen,
        is_dropped=own and line is None and reward.round > 0,
        payout=payout,
        due=due,
        is_late=due is not None and due < china_day(uow.now()) and payout is None,
        is_paid_out=is_paid_out,
        waits_for_me=confirms or answers,
    )


def of_deal(uow: UnitOfWork, deal_id: int) -> tuple[MoneyRow, ...]:
    """The rewards of one deal that the actor may see."""
    return _money(uow, Reward.deal_id == deal_id)
