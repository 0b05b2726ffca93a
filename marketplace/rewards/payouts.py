"""Each person is paid his part: gross, tax, net, with the bank's voucher; he says that it has arrived, or that it has not."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from marketplace.infra import media
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required
from marketplace.ledger.rules import TransferKind
from marketplace.ledger.service import post
from marketplace.rewards.events import PayoutMoved
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.rewards.policy import require_visible
from marketplace.rewards.rules import PAYOUT_STATES, PayoutState, RewardState
from marketplace.rewards.service import (
    LONGEST_REASON,
    enter,
    enter_by_line,
    move_with_reason,
    note,
    paid_of,
    require_current,
)


@dataclass(frozen=True)
class PaidOut:
    """What the unit says of a payment to one person: the income tax it withheld (fen), the day, the bank's voucher."""

    tax_fen: int
    paid_on: date
    voucher: Upload | None


def pay(uow: UnitOfWork, line_id: int, paid: PaidOut) -> Payout:
    """The unit has paid a person his part, less the income tax. Counts as paid out (A6) from the day it was paid.

    Raises NotFound, NotPermitted, Conflict for what is not approved or is paid already, InvalidInput; emits PayoutMoved.
    """
    reward, line, held = enter_by_line(uow, line_id)
    if Relation.OWNER not in held:
        raise NotPermitted(N_("Only the unit pays a reward."))
    if reward.state is not RewardState.APPROVED or line.round != reward.round:
        raise Conflict(N_("Only an approved reward is paid. Reload the page to see where it stands."))
    require_current(uow, reward)
    counts = (Payout.line_id == line_id, Payout.state != PayoutState.REVERSED)
    if uow.session.scalar(select(Payout.id).where(*counts)) is not None:
        raise Conflict(N_("This part is paid already."))
    payout = _payout(uow, line, paid, _possible_voucher(uow, reward, line, paid))
    source = f"payout:{payout.id}"
    post(uow, TransferKind.PAYOUT, reward.deal_id, payout.net_fen, paid.paid_on, source)
    post(uow, TransferKind.WITHHELD, reward.deal_id, paid.tax_fen, paid.paid_on, source)
    _announce(uow, payout, "pay")
    return payout


def answer(uow: UnitOfWork, payout_id: int, action: str, reason: str = "") -> Payout:
    """The person says that the money is there (`acknowledge`), or that it is not (`deny`, with a reason).

    Raises NotFound, NotPermitted, Conflict, InvalidInput; emits PayoutMoved.
    """
    payout, _reward, line, _held = _enter_by_payout(uow, payout_id)
    relations = frozenset({Relation.AUTHOR} if line.user_id == uow.actor.user_id else ())
    transition = PAYOUT_STATES.require(action, payout.state, relations)
    if transition.reason_required:
        payout.reason = required(reason, "reason", LONGEST_REASON)
    advance(uow, PAYOUT_STATES, payout, action, relations, payout.reason, answered_at=uow.now())
    _announce(uow, payout, action)
    return payout


def reverse(uow: UnitOfWork, payout_id: int, reason: str) -> Payout:
    """The unit takes back what it recorded by mistake, or what never arrived: it counts for nothing from today on, and the part
    can be paid anew. Raises NotFound, NotPermitted, Conflict, InvalidInput; emits PayoutMoved."""
    payout, reward, line, held = _enter_by_payout(uow, payout_id)
    PAYOUT_STATES.require("reverse", payout.state, held)
    if reward.state not in {RewardState.APPROVED, RewardState.HELD}:
        raise Conflict(N_("Only an approved reward is paid. Reload the page to see where it stands."))
    payout.reason = required(reason, "reason", LONGEST_REASON)
    today = china_day(uow.now())
    advance(uow, PAYOUT_STATES, payout, "reverse", held, payout.reason, reversed_on=today)
    source = f"payout:{payout.id}"
    post(uow, TransferKind.PAYOUT_BACK, reward.deal_id, payout.net_fen, today, source)
    post(uow, TransferKind.TAX_BACK, reward.deal_id, payout.tax_fen, today, source)
    note(uow, reward, "reverse", f"{line.name}：{payout.reason}")
    _announce(uow, payout, "reverse")
    return payout


def release(uow: UnitOfWork, reward_id: int, reason: str) -> Reward:
    """An official lets a held reward be paid all the same, with a reason. Emits RewardMoved."""
    reward, held = enter(uow, reward_id)
    move_with_reason(uow, reward, "release", held, reason)
    return reward


def revoke(uow: UnitOfWork, reward_id: int, reason: str) -> Reward:
    """An official takes back what is not paid yet of a held reward, and its deductions; what was paid stays paid.

    Raises NotFound, NotPermitted, Conflict, InvalidInput; emits RewardMoved.
    """
    reward, held = enter(uow, reward_id)
    move_with_reason(uow, reward, "revoke", held, reason)
    today, source = china_day(uow.now()), f"reward:{reward.id}"
    post(uow, TransferKind.REVOKED, reward.deal_id, (reward.pool_fen or 0) - paid_of(uow, reward), today, source)
    post(uow, TransferKind.RESTORED, reward.deal_id, reward.costs_fen, today, source)
    return reward


def voucher_of(uow: UnitOfWork, payout_id: int) -> Payout:
    """The payout, for whoever was paid, for the unit and for its officials. Raises NotFound for everybody else."""
    payout = uow.session.get(Payout, payout_id)
    if payout is not None:
        _, held = require_visible(uow.session, uow.actor, uow.session.get(Reward, payout.reward_id))
        line = uow.session.get_one(RewardLine, payout.line_id)
        if line.user_id == uow.actor.user_id or held & {Relation.OWNER, Relation.OFFICIAL}:
            return payout
    raise NotFound(N_("There is no such payment."))


def _enter_by_payout(uow: UnitOfWork, payout_id: int) -> tuple[Payout, Reward, RewardLine, frozenset[Relation]]:
    found = uow.session.get(Payout, payout_id)
    if found is None:
        raise NotFound(N_("There is no such payment."))
    reward, line, held = enter_by_line(uow, found.line_id)
    return uow.session.get_one(Payout, payout_id, populate_existing=True), reward, line, held


def _possible_voucher(uow: UnitOfWork, reward: Reward, line: RewardLine, paid: PaidOut) -> Upload:
    """The voucher of a payment that can be."""
    if not 0 <= paid.tax_fen < line.fen:
        raise InvalidInput(N_("The tax is a part of the amount, so it is less."), field="tax")
    approved_on = china_day(reward.approved_at or uow.now())
    if not approved_on <= paid.paid_on <= china_day(uow.now()):
        raise InvalidInput(N_("It was paid between the day of the approval and today."), field="paid_on")
    if paid.voucher is None:
        raise InvalidInput(N_("Add the bank's voucher: PDF, JPEG or PNG."), field="file")
    return paid.voucher


def _payout(uow: UnitOfWork, line: RewardLine, paid: PaidOut, voucher: Upload) -> Payout:
    kept = keep(uow, voucher, media.SCANS)
    payout = Payout(
        line_id=line.id,
        reward_id=line.reward_id,
        state=PayoutState.PAID,
        gross_fen=line.fen,
        tax_fen=paid.tax_fen,
        paid_on=paid.paid_on,
        voucher_sha256=kept.sha256,
        voucher_name=kept.name,
        voucher_type=kept.media_type,
        paid_by_id=uow.actor.user_id,
        recorded_at=uow.now(),
    )
    uow.session.add(payout)
    uow.flush()
    return payout


def _announce(uow: UnitOfWork, payout: Payout, action: str) -> None:
    uow.emit(PayoutMoved(payout.id, payout.reward_id, action, payout.gross_fen, payout.tax_fen))
