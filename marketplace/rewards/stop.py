"""How far the rewards of a deal have come, for the stop of its track bar, and whose step is missing.

Who may see a reward reads it with the names; everybody else in the deal reads which side it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from marketplace.deals.models import Deal
from marketplace.deals.progress import REWARD, Who
from marketplace.deals.standing import awaits_money
from marketplace.deals.stops import Said, says_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, on_day, words
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.rewards.policy import visible
from marketplace.rewards.queries import PAYOUT_COUNTS
from marketplace.rewards.rules import PayoutState, RewardState

Paid = Sequence[tuple[RewardLine, PayoutState | None]]

ITS_TURN = N_("The next step is with: %(who)s.")
MAY_FOLLOW = N_("All shares so far are settled. Another payment may follow, and a share of it.")


@dataclass(frozen=True)
class _Missing:
    """A step that is missing: whose it is, and what it is in words."""

    who: Who
    message: str
    params: Params = field(default_factory=dict)


_OF_STATE = {
    RewardState.TRIGGERED: _Missing(Who.SELLER, N_("The seller has to calculate the share of the makers.")),
    RewardState.DISPUTED: _Missing(Who.OFFICIAL, N_("An official has to answer an objection to the split.")),
    RewardState.HELD: _Missing(
        Who.OFFICIAL, N_("An official decides on a share that is held after a refund or dispute.")
    ),
}


@says_of(REWARD)
def standing(uow: UnitOfWork, deal_id: int) -> Said | None:
    """Done once no further payment is to come and everybody has said that his share has arrived; None where no payment has given
    rise to a reward, or all were taken back.

    Who has no account cannot say it: what the unit has paid him counts, by its voucher.
    """
    live = (Reward.deal_id == deal_id, Reward.state != RewardState.REVOKED)
    rewards = uow.session.scalars(select(Reward).where(*live).order_by(Reward.id)).all()
    if not rewards:
        return None
    today = china_day(uow.now())
    for reward in rewards:
        missing = _missing(reward, _lines(uow, reward), today)
        if missing is not None:
            return _told(uow, reward, missing)
    may_follow = awaits_money(uow.session, uow.session.get_one(Deal, deal_id))
    return Said("current", MAY_FOLLOW) if may_follow else Said("done")


def _told(uow: UnitOfWork, reward: Reward, missing: _Missing) -> Said:
    may_see = (Reward.id == reward.id, visible(uow.actor))
    if uow.actor.is_system or uow.session.scalar(select(Reward.id).where(*may_see)) is not None:
        return Said("current", missing.message, missing.params)
    return Said("current", ITS_TURN, {"who": words([missing.who])})


def _missing(reward: Reward, lines: Paid, today: date) -> _Missing | None:
    """The first step that is missing of one reward, None where it is settled."""
    if reward.state in _OF_STATE:
        return _OF_STATE[reward.state]
    if reward.state is RewardState.CONFIRMING:
        waits = [line.name for line, _ in lines if line.confirmed_at is None]
        return _Missing(Who.MAKERS, N_("Have not confirmed their part of the split yet: %(names)s."), _all(waits))
    if reward.state is RewardState.PUBLISHED:
        return _published(reward, today)
    return _of_payouts([(line, payout) for line, payout in lines if line.fen])


def _published(reward: Reward, today: date) -> _Missing:
    until = reward.objections_until
    if until is not None and today <= until:
        said = N_("The split is published; objections are possible until %(day)s.")
        return _Missing(Who.MAKERS, said, {"day": on_day(until)})
    return _Missing(Who.SELLER, N_("The seller has to approve the split."))


def _of_payouts(lines: Paid) -> _Missing | None:
    unpaid = [line.name for line, payout in lines if payout is None]
    denied = [line.name for line, payout in lines if payout is PayoutState.DENIED]
    silent = [line.name for line, payout in lines if payout is PayoutState.PAID and line.user_id is not None]
    return (
        _of(Who.SELLER, N_("The seller has to pay out the share of: %(names)s."), unpaid)
        or _of(Who.SELLER, N_("Say that their share has not arrived: %(names)s."), denied)
        or _of(Who.MAKERS, N_("Have not said yet that their share has arrived: %(names)s."), silent)
    )


def _of(who: Who, message: str, names: Sequence[str]) -> _Missing | None:
    return _Missing(who, message, _all(names)) if names else None


def _all(names: Sequence[str]) -> Params:
    return {"names": "、".join(names)}


def _lines(uow: UnitOfWork, reward: Reward) -> Paid:
    statement = select(RewardLine, Payout.state).outerjoin(Payout, PAYOUT_COUNTS)
    of_round = (RewardLine.reward_id == reward.id, RewardLine.round == reward.round)
    return [(line, state) for line, state in uow.session.execute(statement.where(*of_round).order_by(RewardLine.id))]
