"""The reading side of interests: what was received and sent, and one interest as the person who looks may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation, Transition
from marketplace.kernel.workdays import working_days_between
from marketplace.listings.models import Listing
from marketplace.matching import policy
from marketplace.matching.cards import Card, need_card, result_card
from marketplace.matching.models import Interest
from marketplace.matching.recalling import Recalled, of_interest
from marketplace.matching.rules import INTEREST_STATES, OPEN, InterestState, Origin, Side
from marketplace.needs.models import Need
from marketplace.needs.policy import may_know_party
from marketplace.organisations.parties import PartyName, names_of
from marketplace.results.models import Result

L = TypeVar("L", Result, Need)


@dataclass(frozen=True)
class InterestRow:
    """One line of the list. `party` is the other side, None while it may not be named; `days_left` are working days."""

    id: int
    title: str
    party: str | None
    message: str
    state: InterestState
    created_at: datetime
    due_on: date
    days_left: int | None


@dataclass(frozen=True)
class InterestView:
    """One interest with both listings; a party is None where the person who looks may not know it yet."""

    id: int
    side: Side
    sender: str | None
    receiver: str | None
    result: Card | None
    need: Card | None
    message: str
    origin: Origin
    origin_ref: str
    state: InterestState
    created_at: datetime
    due_on: date
    days_left: int | None
    answered_at: datetime | None
    reason: str
    why: Recalled | None
    ended_at: datetime | None
    may_renew: bool
    actions: tuple[Transition[InterestState], ...]
    is_party: bool


def received(uow: UnitOfWork, limit: int = 200) -> tuple[InterestRow, ...]:
    """Interests that wait for the actor's answer first, the most urgent on top; then the answered ones."""
    return _rows(uow, policy.is_received(uow.actor), limit)


def sent(uow: UnitOfWork, limit: int = 200) -> tuple[InterestRow, ...]:
    """Interests the actor's side has expressed, open ones first."""
    return _rows(uow, policy.is_sent(uow.actor), limit)


def view(uow: UnitOfWork, interest_id: int) -> InterestView:
    """One interest, for both sides and the officials of either county. Raises NotFound for anybody else."""
    interest = uow.session.get(Interest, interest_id)
    if interest is None:
        raise NotFound(N_("There is no such interest."))
    result = uow.session.get(Result, interest.result_id) if interest.result_id else None
    need = uow.session.get(Need, interest.need_id) if interest.need_id else None
    held = policy.relations(uow.actor, interest, result if interest.side is Side.NEED else need)
    names = names_of(uow.session, _parties(interest, result, need))
    if not policy.may_see(uow.actor, held, _counties(interest, names, result, need)):
        raise NotFound(N_("There is no such interest."))
    return _view(uow, interest, result, need, held, names)


def _view(
    uow: UnitOfWork,
    interest: Interest,
    result: Result | None,
    need: Need | None,
    held: frozenset[Relation],
    names: Mapping[int, PartyName],
) -> InterestView:
    named = policy.knows_need_party(interest, need, held) or (need is not None and may_know_party(uow.actor, need))
    sender, receiver = names[interest.from_party_id].name, names[interest.to_party_id].name
    hides_sender, hides_receiver = (not named and interest.side is side for side in (Side.NEED, Side.RESULT))
    return InterestView(
        id=interest.id,
        side=interest.side,
        sender=None if hides_sender else sender,
        receiver=None if hides_receiver else receiver,
        result=result_card(result, names) if result else None,
        need=need_card(need, names, names_party=named) if need else None,
        message=interest.message,
        origin=interest.origin,
        origin_ref=interest.origin_ref,
        state=interest.state,
        created_at=interest.created_at,
        due_on=interest.due_on,
        days_left=_days_left(uow, interest),
        answered_at=interest.answered_at,
        reason=interest.reason,
        why=of_interest(interest),
        ended_at=interest.ended_at,
        may_renew=_may_renew(interest, held, result, need),
        actions=INTEREST_STATES.available(interest.state, held),
        is_party=bool(held),
    )


def _rows(uow: UnitOfWork, mine: ColumnElement[bool], limit: int) -> tuple[InterestRow, ...]:
    order = (Interest.state.not_in(OPEN), Interest.due_on.desc(), Interest.id.desc())
    found = uow.session.scalars(select(Interest).where(mine).order_by(*order).limit(limit)).all()
    results = {one.id: one for one in _listings(uow, Result, {interest.result_id for interest in found})}
    needs = {one.id: one for one in _listings(uow, Need, {interest.need_id for interest in found})}
    names = names_of(uow.session, {id_ for one in found for id_ in (one.from_party_id, one.to_party_id)})
    rows = [_row(uow, one, results.get(one.result_id or 0), needs.get(one.need_id or 0), names) for one in found]
    return tuple(sorted(rows, key=lambda row: (row.days_left is None, row.days_left or 0)))


def _row(
    uow: UnitOfWork, interest: Interest, result: Result | None, need: Need | None, names: Mapping[int, PartyName]
) -> InterestRow:
    target = result if interest.side is Side.NEED else need
    held = policy.relations(uow.actor, interest, target)
    is_sender = bool(held & {Relation.AUTHOR, Relation.OWNER})
    other = interest.to_party_id if is_sender else interest.from_party_id
    # Only the need's side can be unnamed, and only to the result's side.
    looks_at_need_side = (interest.side is Side.RESULT) is is_sender
    named = not looks_at_need_side or policy.knows_need_party(interest, need, held)
    return InterestRow(
        id=interest.id,
        title=target.title if target else "",
        party=names[other].name if named else None,
        message=interest.message,
        state=interest.state,
        created_at=interest.created_at,
        due_on=interest.due_on,
        days_left=_days_left(uow, interest),
    )


def _may_renew(interest: Interest, held: frozenset[Relation], *listings: Listing | None) -> bool:
    """Its sender may write anew: this interest has come to its end, and what it is about is still published."""
    over = interest.state in {InterestState.DECLINED, InterestState.LAPSED} or interest.ended_at is not None
    is_sender = bool(held & {Relation.AUTHOR, Relation.OWNER})
    return over and is_sender and all(one.state in one.shown_in for one in listings if one)


def _listings(uow: UnitOfWork, model: type[L], ids: set[int | None]) -> Sequence[L]:
    return uow.session.scalars(select(model).where(model.id.in_(ids - {None}))).all()


def _days_left(uow: UnitOfWork, interest: Interest) -> int | None:
    """Working days until it lapses; 0 on the last day, None once it is closed."""
    return working_days_between(china_day(uow.now()), interest.due_on) if interest.state in OPEN else None


def _parties(interest: Interest, *listings: Listing | None) -> set[int]:
    return {interest.from_party_id, interest.to_party_id, *(one.party_id for one in listings if one)}


def _counties(interest: Interest, names: Mapping[int, PartyName], *listings: Listing | None) -> Sequence[str | None]:
    sides = (names[interest.from_party_id], names[interest.to_party_id])
    return [side.county for side in sides] + [one.county for one in listings if one]
