"""What opens a reward and moves it: a verified receipt triggers it, a refund takes its ground away."""

from sqlalchemy import select

from marketplace.deals.models import Deal
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required
from marketplace.organisations.models import Party
from marketplace.payments.models import Receipt
from marketplace.payments.queries import verified_refunds
from marketplace.results.models import Result
from marketplace.results.rules import Ownership
from marketplace.rewards.events import RewardMoved
from marketplace.rewards.models import Reward, RewardLine
from marketplace.rewards.policy import require_visible
from marketplace.rewards.rules import REWARD_STATES, RewardState

LONGEST_REASON = 1000
FULLY_REFUNDED = "全额退款"
_BY_SYSTEM = frozenset({Relation.SYSTEM})


def trigger(uow: UnitOfWork, receipt_id: int) -> None:
    """Open the reward of a verified payment for a result that belongs to a unit, once. Emits RewardMoved.

    A worker who sells his own result is paid as the seller; nobody owes him a share.
    """
    receipt = uow.session.get_one(Receipt, receipt_id)
    deal = uow.session.get_one(Deal, receipt.deal_id)
    unit_id = uow.session.scalar(select(Party.organisation_id).where(Party.id == deal.seller_party_id))
    result = uow.session.get(Result, deal.result_id) if deal.result_id else None
    known = uow.session.scalar(select(Reward.id).where(Reward.receipt_id == receipt_id))
    if known is not None or unit_id is None or result is None or result.ownership is Ownership.NON_SERVICE:
        return
    reward = Reward(
        deal_id=deal.id,
        receipt_id=receipt_id,
        organisation_id=unit_id,
        result_id=result.id,
        state=RewardState.TRIGGERED,
        received_fen=receipt.fen,
        triggered_at=uow.now(),
        moved_at=uow.now(),
    )
    uow.session.add(reward)
    uow.flush()
    uow.emit(RewardMoved(reward.id, deal.id, "trigger"))


def refunded(uow: UnitOfWork, refund_id: int) -> None:
    """A verified refund takes the ground from its payment's reward: it is reckoned again, or held if it was approved.

    Emits RewardMoved.
    """
    refund = uow.session.get_one(Receipt, refund_id)
    found = select(Reward).where(Reward.receipt_id == refund.refund_of_id).with_for_update()
    reward = uow.session.scalar(found.execution_options(populate_existing=True))
    if reward is None or reward.state in {RewardState.HELD, RewardState.REVOKED}:
        return
    if reward.state is RewardState.APPROVED:
        move(uow, reward, "hold", _BY_SYSTEM)
        return
    payment = uow.session.get_one(Receipt, reward.receipt_id)
    left = payment.fen - verified_refunds(uow.session, payment)
    if reward.state is not RewardState.TRIGGERED:
        move(uow, reward, "reopen", _BY_SYSTEM, net_fen=None, pool_fen=None, basis=None)
    reward.received_fen = left
    if left == 0:
        reward.reason = FULLY_REFUNDED
        move(uow, reward, "revoke", _BY_SYSTEM, reward.reason)


def enter(uow: UnitOfWork, reward_id: int) -> tuple[Reward, frozenset[Relation]]:
    """Lock the reward. Raises NotFound when it is not there or not for this actor to know of."""
    reward = uow.session.get(Reward, reward_id, with_for_update=True, populate_existing=True)
    return require_visible(uow.session, uow.actor, reward)


def lines_of(uow: UnitOfWork, reward: Reward) -> list[RewardLine]:
    """The lines that count, in their order."""
    of_round = (RewardLine.reward_id == reward.id, RewardLine.round == reward.round)
    return list(uow.session.scalars(select(RewardLine).where(*of_round).order_by(RewardLine.id)))


def move(
    uow: UnitOfWork,
    reward: Reward,
    action: str,
    relations: frozenset[Relation],
    reason: str = "",
    **values: object,
) -> None:
    """Take an action of its lifecycle, setting `values` in the same UPDATE. Emits RewardMoved."""
    reward.moved_at = uow.now()
    advance(uow, REWARD_STATES, reward, action, relations, reason, **values)
    uow.emit(RewardMoved(reward.id, reward.deal_id, action))


def move_with_reason(uow: UnitOfWork, reward: Reward, action: str, held: frozenset[Relation], reason: str) -> None:
    """Take an action that asks for a reason, which everybody concerned reads. Raises InvalidInput without one."""
    REWARD_STATES.require(action, reward.state, held)
    reward.reason = required(reason, "reason", LONGEST_REASON)
    move(uow, reward, action, held, reward.reason)
