"""Use cases of matches and interests: put a match away, tell the other side, answer, and what time does to silence."""

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.workdays import add_working_days, working_days_between
from marketplace.matching import policy
from marketplace.matching.events import InterestMoved, MatchDismissed, MatchRestored
from marketplace.matching.models import Dismissal, Interest, Match
from marketplace.matching.pairs import listings, own_pair
from marketplace.matching.recording import as_shown
from marketplace.matching.rules import (
    INTEREST_STATES,
    OPEN,
    REMIND_AFTER_WORKING_DAYS,
    DismissReason,
    InterestState,
    Origin,
    Side,
)
from marketplace.needs.models import Need
from marketplace.results.models import Result

MESSAGE_LENGTH = 2000
REASON_LENGTH = 1000
REF_LENGTH = 300
SYSTEM_ALONE = frozenset({Relation.SYSTEM})


def dismiss(
    uow: UnitOfWork, result_id: int, need_id: int, side: Side, reason: DismissReason, note: str = ""
) -> Dismissal:
    """Put a match away for one side; a second time changes the reason. Raises NotFound; emits MatchDismissed."""
    why = as_shown(uow, *own_pair(uow, result_id, need_id, side), side)
    known = select(Dismissal).where(Dismissal.match_id == why.match_id, Dismissal.side == side)
    row = uow.session.scalar(known) or Dismissal(match_id=why.match_id, side=side)
    row.explanation, row.explained_at = why.explanation, why.shown_at
    row.reason, row.note, row.user_id, row.at = reason, _short(note, REASON_LENGTH, "note"), _user(uow), uow.now()
    uow.session.add(row)
    uow.flush()
    uow.emit(MatchDismissed(result_id, need_id, side, reason))
    return row


def restore(uow: UnitOfWork, result_id: int, need_id: int, side: Side) -> None:
    """Show a match again that this side had put away; nothing happens if it had not. Raises NotFound; emits MatchRestored."""
    own_pair(uow, result_id, need_id, side)
    pair = (Match.result_id == result_id) & (Match.need_id == need_id)
    known = select(Dismissal).join(Match, Match.id == Dismissal.match_id).where(pair, Dismissal.side == side)
    row = uow.session.scalar(known)
    if row is not None:
        uow.session.delete(row)
        uow.emit(MatchRestored(result_id, need_id, side))


def express(
    uow: UnitOfWork,
    side: Side,
    result_id: int | None,
    need_id: int | None,
    message: str,
    origin: Origin,
    origin_ref: str = "",
    party_id: int | None = None,
) -> Interest:
    """Tell the other side. `side` is the sender's; his own listing may be left out, then `party_id` says for whom.

    A second press returns the first interest; another text is not swallowed but refused.
    Raises NotFound, NotPermitted, InvalidInput; emits InterestMoved("express").
    """
    result, need = listings(uow, side, result_id, need_id)
    own, target = (result, need) if side is Side.RESULT else (need, result)
    if target is None:
        raise NotFound(N_("There is no such page."))
    sender = _sender(uow, own, party_id)
    if sender == target.party_id or policy.is_mine(uow.actor, target):
        raise InvalidInput(N_("This listing is your own: there is nobody on the other side to tell."))
    text = _short(message, MESSAGE_LENGTH, "message")
    if not text:
        raise InvalidInput(
            N_("Write a line to the other side: what you are interested in, or what you offer."), "message"
        )
    first = _open_interest(uow, result_id, need_id, sender)
    if first is not None:
        return _same(first, text)
    interest = Interest(
        side=side,
        result_id=result_id,
        need_id=need_id,
        from_party_id=sender,
        to_party_id=target.party_id,
        from_user_id=_user(uow),
        message=text,
        origin=origin,
        origin_ref=_short(origin_ref, REF_LENGTH, "ref"),
        state=InterestState.EXPRESSED,
        created_at=uow.now(),
        due_on=add_working_days(china_day(uow.now()), uow.settings.interest_working_days),
    )
    return _saved(uow, interest, result, need)


def _same(first: Interest, text: str) -> Interest:
    if first.message != text:
        raise InvalidInput(
            N_(
                "Your side has told them already, so this text was not sent. You find the first one under your interests."
            ),
            "message",
        )
    return first


def accept(uow: UnitOfWork, interest_id: int) -> Interest:
    """The other side accepts; a deal is opened on that. Raises NotFound, NotPermitted, Conflict; emits InterestMoved."""
    return _answer(uow, interest_id, "accept")


def decline(uow: UnitOfWork, interest_id: int, reason: str) -> Interest:
    """The other side declines with a reason that the sender reads. Raises as accept, and InvalidInput without a reason."""
    return _answer(uow, interest_id, "decline", _short(reason, REASON_LENGTH, "reason"))


def deliver(uow: UnitOfWork, interest_id: int) -> None:
    """The system hands an interest over; from this day its term runs. Nothing happens to one that was answered before."""
    interest = uow.session.get(Interest, interest_id)
    if interest is None or interest.state is not InterestState.EXPRESSED:
        return
    due_on = add_working_days(china_day(uow.now()), uow.settings.interest_working_days)
    advance(uow, INTEREST_STATES, interest, "deliver", SYSTEM_ALONE, delivered_at=uow.now(), due_on=due_on)
    _emit(uow, interest, "deliver")


def remind_silent(uow: UnitOfWork) -> None:
    """Remind the other side after 3 and after 7 working days, once each. Emits InterestMoved("remind")."""
    today = china_day(uow.now())
    for interest in _delivered(uow):
        if interest.delivered_at is None or interest.due_on < today:
            continue
        passed = working_days_between(china_day(interest.delivered_at), today)
        due = sum(passed >= days for days in REMIND_AFTER_WORKING_DAYS)
        if due > interest.reminders:
            interest.reminders = due
            _emit(uow, interest, "remind")


def lapse_overdue(uow: UnitOfWork) -> None:
    """Let interests lapse whose last working day has passed without an answer. Emits InterestMoved("lapse")."""
    overdue = select(Interest).where(Interest.state.in_(OPEN), Interest.due_on < china_day(uow.now()))
    free = overdue.order_by(Interest.id).with_for_update(skip_locked=True)  # Not one that is answered just now.
    for interest in uow.session.scalars(free).all():
        lapse(uow, interest)


def lapse(uow: UnitOfWork, interest: Interest) -> None:
    """End an open interest that nobody will answer. Emits InterestMoved("lapse")."""
    advance(uow, INTEREST_STATES, interest, "lapse", SYSTEM_ALONE)
    _emit(uow, interest, "lapse")


def end(uow: UnitOfWork, interests: Select[Interest]) -> None:
    """The deal that accepted interests led to has ended: either side may tell the other anew from now on."""
    for interest in uow.session.scalars(interests.where(Interest.state == InterestState.ACCEPTED)):
        interest.ended_at = interest.ended_at or uow.now()


def addressed_listing(uow: UnitOfWork, interest: Interest) -> Result | Need | None:
    """The listing of the side that is asked."""
    if interest.side is Side.NEED:
        return uow.session.get(Result, interest.result_id) if interest.result_id else None
    return uow.session.get(Need, interest.need_id) if interest.need_id else None


def _answer(uow: UnitOfWork, interest_id: int, action: str, reason: str = "") -> Interest:
    interest = uow.session.get(Interest, interest_id)
    held = policy.relations(uow.actor, interest, addressed_listing(uow, interest)) if interest else frozenset()
    if interest is None or not held:
        raise NotFound(N_("There is no such interest."))
    if interest.state not in OPEN and Relation.OTHER_SIDE in held:
        raise Conflict(N_("This interest has its answer already: %(state)s."), state=interest.state)
    interest.reason = reason
    advance(
        uow, INTEREST_STATES, interest, action, held, reason, answered_at=uow.now(), answered_by_id=uow.actor.user_id
    )
    _emit(uow, interest, action)
    return interest


def _saved(uow: UnitOfWork, interest: Interest, result: Result | None, need: Need | None) -> Interest:
    """Write it, with the reasons for the pair as its sender saw them; when somebody else was first at the same moment, theirs."""
    try:
        with uow.session.begin_nested():
            uow.session.add(interest)
            uow.flush()
    except IntegrityError:
        first = _open_interest(uow, interest.result_id, interest.need_id, interest.from_party_id)
        if first is None:
            raise
        return first
    if result is not None and need is not None:
        why = as_shown(uow, result, need, interest.side)
        interest.explanation, interest.explained_at = why.explanation, why.shown_at
    _emit(uow, interest, "express")
    return interest


def _sender(uow: UnitOfWork, own: Result | Need | None, party_id: int | None) -> int:
    """The party that speaks: that of the own listing, else the one chosen, else the person himself."""
    if own is not None:
        return own.party_id
    chosen = party_id if party_id is not None else uow.actor.own_party_id
    if chosen is None or not uow.actor.acts_for(chosen):
        raise NotPermitted(N_("You may not act for this party."))
    return chosen


def _open_interest(uow: UnitOfWork, result_id: int | None, need_id: int | None, sender: int) -> Interest | None:
    """The sender's interest in this pair that is still open, or was accepted and leads to a deal that goes on."""
    return uow.session.scalar(
        select(Interest).where(
            Interest.result_id.is_not_distinct_from(result_id),
            Interest.need_id.is_not_distinct_from(need_id),
            Interest.from_party_id == sender,
            Interest.state.in_(OPEN | {InterestState.ACCEPTED}),
            Interest.ended_at.is_(None),
        )
    )


def _delivered(uow: UnitOfWork) -> list[Interest]:
    open_ones = select(Interest).where(Interest.state == InterestState.DELIVERED).order_by(Interest.id)
    return list(uow.session.scalars(open_ones.with_for_update(skip_locked=True)))


def _emit(uow: UnitOfWork, interest: Interest, action: str) -> None:
    uow.emit(InterestMoved(interest.id, action, interest.from_party_id, interest.to_party_id))


def _user(uow: UnitOfWork) -> int:
    if uow.actor.user_id is None:
        raise NotPermitted(N_("Only a person can do this."))
    return uow.actor.user_id


def _short(text: str, limit: int, field: str) -> str:
    """The text without blanks around it. Raises InvalidInput when it is too long."""
    trimmed = text.strip()
    if len(trimmed) > limit:
        raise InvalidInput(N_("This text is too long: %(limit)s characters at most."), field, limit=limit)
    return trimmed
