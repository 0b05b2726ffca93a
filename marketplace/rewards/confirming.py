"""Everybody agrees to his part, or objects; then the split is published, and approved once nobody objects any more."""

from datetime import timedelta

from marketplace.infra import media
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.ledger.rules import TransferKind
from marketplace.ledger.service import post
from marketplace.rewards.events import RewardMoved
from marketplace.rewards.models import Reward, RewardLine
from marketplace.rewards.rules import REWARD_STATES, RewardState
from marketplace.rewards.service import enter, enter_by_line, lines_of, move, move_with_reason, note, require_current

_BY_SYSTEM = frozenset({Relation.SYSTEM})


def confirm_line(uow: UnitOfWork, line_id: int) -> Reward:
    """Agree to one's own part. With the last word the split is published for objections. Emits RewardMoved."""
    reward, line, _held = _enter_to_confirm(uow, line_id)
    if line.user_id != uow.actor.user_id:
        raise NotPermitted(N_("Everybody confirms for himself."))
    _confirm(uow, reward, line)
    return reward


def confirm_on_paper(uow: UnitOfWork, line_id: int, paper: Upload) -> Reward:
    """The unit uploads what somebody without an account has signed. Raises as `confirm_line` does; emits RewardMoved."""
    reward, line, held = _enter_to_confirm(uow, line_id)
    if line.user_id is not None:
        raise NotPermitted(N_("This person has an account and confirms himself."))
    if Relation.OWNER not in held:
        raise NotPermitted(N_("You may not do this."))
    kept = keep(uow, paper, media.SCANS)
    line.paper_sha256, line.paper_name = kept.sha256, kept.name
    _confirm(uow, reward, line)
    return reward


def object_to(uow: UnitOfWork, reward_id: int, reason: str) -> Reward:
    """Whoever has a line, and while it is published every member of the unit, objects with a reason. Emits RewardMoved."""
    reward, held = enter(uow, reward_id)
    REWARD_STATES.require("object", reward.state, held)
    if (
        reward.state is RewardState.PUBLISHED
        and reward.objections_until
        and china_day(uow.now()) > reward.objections_until
    ):
        raise Conflict(N_("The time for objections has passed."))
    move_with_reason(uow, reward, "object", held, reason)
    return reward


def dismiss(uow: UnitOfWork, reward_id: int, reason: str) -> Reward:
    """An official does not follow an objection, with a reason everybody concerned reads. Whoever had confirmed need not again.

    Where all had, the split is published anew, for the whole time. Emits RewardMoved.
    """
    reward, held = enter(uow, reward_id)
    move_with_reason(uow, reward, "dismiss", held, reason)
    publish_if_confirmed(uow, reward)
    return reward


def publish_without(uow: UnitOfWork, reward_id: int, reason: str) -> Reward:
    """An official publishes a split some have said nothing to for too long, with a reason. Their parts stay theirs.

    Raises NotFound, NotPermitted, Conflict while their time runs, InvalidInput; emits RewardMoved.
    """
    reward, held = enter(uow, reward_id)
    REWARD_STATES.require("pass", reward.state, held)
    days = REWARD_STATES.days_allowed(RewardState.CONFIRMING) or 0
    today = china_day(uow.now())
    if today <= china_day(reward.moved_at) + timedelta(days=days):
        raise Conflict(N_("Those who have not answered still have time."))
    reward.objections_until = today + timedelta(days=uow.settings.reward_objection_days)
    move_with_reason(uow, reward, "pass", held, reason)
    return reward


def approve(uow: UnitOfWork, reward_id: int) -> Reward:
    """The unit approves what nobody objected to in time: the people are owed it from here on, and it is posted to the ledger.

    Raises NotFound, NotPermitted, Conflict before the time for objections has passed; emits RewardMoved.
    """
    reward, held = enter(uow, reward_id)
    REWARD_STATES.require("approve", reward.state, held)
    require_current(uow, reward)
    today = china_day(uow.now())
    if reward.objections_until is None or today <= reward.objections_until:
        raise Conflict(N_("Objections are still possible. Approve it once that time has passed."))
    reward.approved_at, reward.approved_by_id = uow.now(), uow.actor.user_id
    move(uow, reward, "approve", held)
    source = f"reward:{reward.id}"
    post(uow, TransferKind.DEDUCTION, reward.deal_id, reward.costs_fen, today, source)
    post(uow, TransferKind.REWARD, reward.deal_id, reward.pool_fen or 0, today, source)
    return reward


def _enter_to_confirm(uow: UnitOfWork, line_id: int) -> tuple[Reward, RewardLine, frozenset[Relation]]:
    reward, line, held = enter_by_line(uow, line_id)
    if line.round != reward.round or reward.state is not RewardState.CONFIRMING:
        raise Conflict(N_("This split no longer waits for confirmation. Reload the page to see where it stands."))
    return reward, line, held


def _confirm(uow: UnitOfWork, reward: Reward, line: RewardLine) -> None:
    if line.confirmed_at is not None:
        raise Conflict(N_("This part is confirmed already."))
    line.confirmed_at = uow.now()
    uow.flush()
    note(uow, reward, "confirm", line.name)
    uow.emit(RewardMoved(reward.id, reward.deal_id, "confirm", line.id))
    publish_if_confirmed(uow, reward)


def publish_if_confirmed(uow: UnitOfWork, reward: Reward) -> None:
    """Publish a split for objections once everybody has confirmed his part. Emits RewardMoved then."""
    if all(line.confirmed_at for line in lines_of(uow, reward)):
        days = timedelta(days=uow.settings.reward_objection_days)
        reward.objections_until = china_day(uow.now()) + days
        move(uow, reward, "publish", _BY_SYSTEM)
