"""What opens a reward and moves it: a verified receipt triggers it, a refund takes its ground away."""

from sqlalchemy import func, select

from marketplace.deals.models import Deal
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required
from marketplace.online.queries import is_disputed
from marketplace.organisations.models import Party
from marketplace.payments.models import Receipt
from marketplace.payments.queries import verified_refunds
from marketplace.results.models import Result
from marketplace.results.rules import Ownership
from marketplace.rewards.by_contract import agreed_in, contract_of
from marketplace.rewards.events import RewardMoved
from marketplace.rewards.models import Payout, Reward, RewardLine, RewardStep
from marketplace.rewards.policy import require_visible
from marketplace.rewards.rules import REWARD_STATES, PayoutState, RewardState

LONGEST_REASON = 1000
SETTLED = "付款争议已了结"
_BY_SYSTEM = frozenset({Relation.SYSTEM})


def follow(uow: UnitOfWork, receipt_id: int) -> None:
    """Bring the reward of a payment up to what is verified of it now: the payment itself, less its refunds.

    Called for each verified payment and refund and each turn of a dispute, in whatever order and however often. Opens the
    reward of a payment for a result that belongs to a unit; a refund has it reckoned again, or holds what is not paid yet.
    Emits RewardMoved. A worker who sells his own result is paid as the seller; nobody owes him a share.
    """
    receipt = uow.session.get_one(Receipt, receipt_id)
    payment_id = receipt.refund_of_id or receipt.id
    payment = uow.session.get_one(Receipt, payment_id, with_for_update=True, populate_existing=True)
    refunds = verified_refunds(uow.session, payment)
    found = select(Reward).where(Reward.receipt_id == payment_id).with_for_update()
    reward = uow.session.scalar(found.execution_options(populate_existing=True))
    if reward is None:
        _trigger(uow, payment, refunds)
    elif refunds != reward.refunds_fen:
        _take_refund(uow, reward, payment.fen, refunds)
    elif reward.state in {RewardState.APPROVED, RewardState.HELD}:
        _follow_dispute(uow, reward, payment)


def require_current(uow: UnitOfWork, reward: Reward) -> None:
    """Raise Conflict while a refund is verified that the reward does not know of yet, or the payer's bank disputes the payment:
    what it gives may no longer be there.
    """
    payment = uow.session.get_one(Receipt, reward.receipt_id)
    if verified_refunds(uow.session, payment) != reward.refunds_fen:
        raise Conflict(N_("A refund was verified just now, and the reward is looked at again. Try again in a minute."))
    if is_disputed(uow.session, payment.id):
        raise Conflict(N_("The payer's bank disputes this payment. Wait until the dispute is settled."))


def _trigger(uow: UnitOfWork, payment: Receipt, refunds_fen: int) -> None:
    deal = uow.session.get_one(Deal, payment.deal_id)
    unit_id = uow.session.scalar(select(Party.organisation_id).where(Party.id == deal.seller_party_id))
    result = uow.session.get(Result, deal.result_id) if deal.result_id else None
    if unit_id is None or result is None or refunds_fen >= payment.fen:
        return
    # What a unit has promised in a contract of three parties it owes, whatever is said of the ownership since.
    if result.ownership is Ownership.NON_SERVICE and agreed_in(uow.session, contract_of(uow.session, payment)) is None:
        return
    reward = Reward(
        deal_id=deal.id,
        receipt_id=payment.id,
        organisation_id=unit_id,
        result_id=result.id,
        state=RewardState.TRIGGERED,
        received_fen=payment.fen - refunds_fen,
        refunds_fen=refunds_fen,
        triggered_at=uow.now(),
        moved_at=uow.now(),
    )
    uow.session.add(reward)
    uow.flush()
    uow.emit(RewardMoved(reward.id, deal.id, "trigger"))


def _take_refund(uow: UnitOfWork, reward: Reward, payment_fen: int, refunds_fen: int) -> None:
    """An approved reward stays as it was reckoned; who decides about it reads what was refunded."""
    reward.refunds_fen = refunds_fen
    if reward.state is RewardState.APPROVED:
        if paid_of(uow, reward) < (reward.pool_fen or 0):
            move(uow, reward, "hold", _BY_SYSTEM)
    elif reward.state not in {RewardState.HELD, RewardState.REVOKED}:
        if reward.state is not RewardState.TRIGGERED:
            move(uow, reward, "reopen", _BY_SYSTEM, net_fen=None, pool_fen=None, basis=None)
        reward.received_fen = payment_fen - refunds_fen
        if reward.received_fen == 0:
            move(uow, reward, "lapse", _BY_SYSTEM)


def _follow_dispute(uow: UnitOfWork, reward: Reward, payment: Receipt) -> None:
    """An approved reward rests while the payment is disputed, and goes on afterwards unless a refund holds it as well."""
    if is_disputed(uow.session, payment.id):
        if reward.state is RewardState.APPROVED and paid_of(uow, reward) < (reward.pool_fen or 0):
            move(uow, reward, "hold", _BY_SYSTEM)
    elif reward.state is RewardState.HELD and reward.received_fen == payment.fen - reward.refunds_fen:
        move(uow, reward, "release", _BY_SYSTEM, SETTLED)


def paid_of(uow: UnitOfWork, reward: Reward) -> int:
    """What has been paid of a reward, gross, in fen; what was taken back does not count."""
    counts = (Payout.reward_id == reward.id, Payout.state != PayoutState.REVERSED)
    return int(uow.session.scalar(select(func.sum(Payout.gross_fen)).where(*counts)) or 0)


def enter(uow: UnitOfWork, reward_id: int) -> tuple[Reward, frozenset[Relation]]:
    """Lock the reward. Raises NotFound when it is not there or not for this actor to know of."""
    reward = uow.session.get(Reward, reward_id, with_for_update=True, populate_existing=True)
    return require_visible(uow.session, uow.actor, reward)


def enter_by_line(uow: UnitOfWork, line_id: int) -> tuple[Reward, RewardLine, frozenset[Relation]]:
    """Lock the reward of a line and read the line as it is then. Raises NotFound."""
    line = uow.session.get(RewardLine, line_id)
    if line is None:
        raise NotFound(N_("There is no such reward."))
    reward, held = enter(uow, line.reward_id)
    return reward, uow.session.get_one(RewardLine, line_id, populate_existing=True), held


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
    note(uow, reward, action, reason)
    uow.emit(RewardMoved(reward.id, reward.deal_id, action))


def note(uow: UnitOfWork, reward: Reward, action: str, reason: str = "") -> None:
    """Write a line of the reward's history."""
    step = RewardStep(reward_id=reward.id, at=uow.now(), user_id=uow.actor.user_id, action=action, reason=reason)
    uow.session.add(step)
    uow.flush()


def move_with_reason(uow: UnitOfWork, reward: Reward, action: str, held: frozenset[Relation], reason: str) -> None:
    """Take an action that asks for a reason, which everybody concerned reads. Raises InvalidInput without one."""
    REWARD_STATES.require(action, reward.state, held)
    move(uow, reward, action, held, required(reason, "reason", LONGEST_REASON))
