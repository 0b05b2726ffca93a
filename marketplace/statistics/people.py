"""The rows of the people who were paid: each counts once in a calendar year, whatever he was paid."""

from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from marketplace.contracts.models import Document
from marketplace.ledger.models import Transfer
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.statistics.rows import (
    Column,
    Rows,
    along_reward,
    facts,
    labelled,
    of_deal,
    taken_back,
    year_of,
)


def people_paid() -> Rows:
    """C6. Each person once in a calendar year, with his first payment of it; no longer once all of them were taken back."""
    moves = _person_years().subquery().c
    at = (moves.at, moves.payout_id, moves.step.desc())
    of_person = {"partition_by": (moves.person, moves.year), "order_by": at}
    standing = func.sum(moves.step).over(**of_person)  # type: ignore[arg-type]
    of = select(*moves, cast(standing, Integer).label("standing")).subquery().c
    turns = (
        select(*of).where(or_(and_(of.step == 1, of.standing == 1), and_(of.step == -1, of.standing == 0))).subquery()
    )
    one = _with_what_it_ends(turns).subquery().c
    named = case((one.step == 1, literal("payout:")), else_=literal("payout_back:")).concat(cast(one.payout_id, String))
    rows = select(
        *facts(named.label("source"), Reward.deal_id, one.dated, one.at, one.step, counted=one.step),
        *labelled(of_deal(one.dated, Document.contract_type, Document.basis)),
    ).join(Reward, Reward.id == one.counted_reward_id)
    return along_reward(rows)


def _with_what_it_ends(turns: Subquery) -> Select[Any]:
    """Turns of a person's year alternate. What takes him off is dated and cut as what had counted him, so that no part of the
    figure has people less than none."""
    of = turns.c
    window = {"partition_by": (of.person, of.year), "order_by": (of.at, of.payout_id, of.step.desc())}
    before = {name: func.lag(of[name]).over(**window) for name in ("paid_on", "reward_id")}  # type: ignore[arg-type]
    return select(
        *of,
        case((of.step == 1, of.paid_on), else_=before["paid_on"]).label("dated"),
        case((of.step == 1, of.reward_id), else_=before["reward_id"]).label("counted_reward_id"),
    )


def _person_years() -> Any:
    """Every payment to a person (1) and every one that was taken back (-1). Who has no account is known by his unit and name."""
    person = case(
        (RewardLine.user_id.is_not(None), literal("user:").concat(cast(RewardLine.user_id, String))),
        else_=literal("unit:").concat(cast(Reward.organisation_id, String)).concat(":").concat(RewardLine.name),
    )

    def moved(step: int, at: Column) -> Select[Any]:
        return (
            select(
                Payout.id.label("payout_id"),
                Payout.reward_id,
                Payout.paid_on,
                at.label("at"),
                literal(step).label("step"),
                person.label("person"),
                year_of(Payout.paid_on).label("year"),
            )
            .join(RewardLine, RewardLine.id == Payout.line_id)
            .join(Reward, Reward.id == Payout.reward_id)
        )

    return union_all(moved(1, Payout.recorded_at), moved(-1, Transfer.at).join(Transfer, taken_back()))
