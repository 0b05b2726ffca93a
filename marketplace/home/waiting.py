"""What waits for one person: everything that only he, or somebody of his unit, can do next. Reads only.

Each source is one SELECT of (id to go to, title, a moment or day), and a rule that turns the third into the last day.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, or_, select

from marketplace.accounts.models import User
from marketplace.confidentiality.queries import owed as agreements_owed
from marketplace.deals.queries import DealRow
from marketplace.home import identifying, registering
from marketplace.home.rules import IN_WORKING_DAYS, STALE_WARNING_DAYS, TaskKind, last_day
from marketplace.home.signing import to_sign, to_sign_as_maker
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.permissions import Actor
from marketplace.kernel.workdays import add_working_days, working_days_between
from marketplace.listings.models import Listing
from marketplace.listings.policy import is_mine
from marketplace.listings.rules import ListingKind
from marketplace.matching.models import Interest
from marketplace.matching.policy import is_received
from marketplace.matching.rules import OPEN, Side
from marketplace.needs.rules import NEED_STATES, NeedState
from marketplace.organisations.models import Membership, Organisation
from marketplace.organisations.rules import MEMBERSHIP_STATES, MembershipRole, MembershipState, OrganisationState
from marketplace.registrations.rules import REGISTRATION_STATES, RegistrationState
from marketplace.results.models import Contributor, Result
from marketplace.results.rules import RESULT_STATES, ResultState
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.rewards.policy import is_of_my_unit
from marketplace.rewards.rules import PAYOUT_STATES, REWARD_STATES, PayoutState, RewardState
from marketplace.settings import Settings
from marketplace.standards.queries import to_answer
from marketplace.standards.rules import PROPOSAL_STATES, ProposalState

PER_KIND = 20
"""More of one kind are not listed: who publishes for others would see nothing else."""

PAPERS_MISSING = (OrganisationState.LISTED, OrganisationState.DRAFT, OrganisationState.RETURNED)

Rows = Select[*tuple[Any, ...]]
Due = Callable[[Any], date | None]
Source = tuple[TaskKind, Rows, Due]


@dataclass(frozen=True)
class Task:
    """One thing to do. `target_id` is what its page is about.

    `days_left` counts calendar days, and working days where the term is one of working days; it is negative, in calendar
    days, once the last day has passed. `step` is what a deal needs, as a msgid.
    """

    kind: TaskKind
    target_id: int
    title: str
    due_on: date | None
    days_left: int | None
    step: str = ""

    @property
    def counts_working_days(self) -> bool:
        """Whether the term runs in working days."""
        return self.kind in IN_WORKING_DAYS


def tasks(uow: UnitOfWork, deals: Sequence[DealRow]) -> list[Task]:
    """Everything that waits for the actor, the most pressing first; `deals` are his own, with their next steps.

    One statement per kind, however much waits.
    """
    today = china_day(uow.now())
    found = [
        _task(kind, row, due, today)
        for kind, statement, due in _sources(uow)
        for row in uow.session.execute(statement.limit(PER_KIND))
    ]
    found += [_turn(deal, today) for deal in deals if deal.owed_by_me]
    return sorted(found, key=lambda task: (task.due_on or date.max, task.kind, task.target_id))


def _task(kind: TaskKind, row: Any, due: Due, today: date) -> Task:
    target_id, title, value = row
    due_on = due(value)
    return Task(kind, target_id, title, due_on, _days_left(kind, due_on, today))


def _turn(deal: DealRow, today: date) -> Task:
    """The actor's side owes the next step of a deal."""
    due_on = deal.next.due
    return Task(
        TaskKind.DEAL, deal.id, deal.title, due_on, _days_left(TaskKind.DEAL, due_on, today), step=deal.next.label
    )


def _days_left(kind: TaskKind, due_on: date | None, today: date) -> int | None:
    if due_on is None:
        return None
    if kind in IN_WORKING_DAYS and due_on >= today:
        return working_days_between(today, due_on)
    return (due_on - today).days


def _sources(uow: UnitOfWork) -> Iterator[Source]:
    yield from _of_listings(uow)
    actor, days = uow.actor, REGISTRATION_STATES.days_allowed
    yield TaskKind.INTEREST, _interests(actor), _on_the_day
    yield TaskKind.MEMBER, _members(actor), _after(MEMBERSHIP_STATES.days_allowed(MembershipState.REQUESTED))
    yield TaskKind.UNIT_PAPERS, _units(actor), _after(None)
    yield TaskKind.DELEGATED, to_sign(uow), _on_the_day
    yield TaskKind.MADE, to_sign_as_maker(uow), _on_the_day
    yield TaskKind.IDENTITY_RETURNED, identifying.returned(actor), _after(None)
    yield TaskKind.AUTHORITY_REFUSED, identifying.refused(actor), _after(None)
    yield TaskKind.PREEMPTION, registering.to_buy_first(uow), _on_the_day
    yield TaskKind.CONFIDENTIALITY, agreements_owed(uow), _on_the_day
    yield TaskKind.REGISTER, registering.to_register(uow), _after(None)
    yield TaskKind.APPLICATION, registering.drafts(uow), _after(days(RegistrationState.DRAFT))
    yield TaskKind.CERTIFICATE, registering.certificates(uow), _after(days(RegistrationState.APPLIED))
    yield TaskKind.CLAUSE, to_answer(actor), _after(PROPOSAL_STATES.days_allowed(ProposalState.PROPOSED))
    yield TaskKind.SPLIT, _splits(actor), _after(REWARD_STATES.days_allowed(RewardState.CONFIRMING))
    yield TaskKind.PAYOUT, _payouts(actor), _after(PAYOUT_STATES.days_allowed(PayoutState.PAID))
    yield from _of_units(uow)


def _of_listings(uow: UnitOfWork) -> Iterator[Source]:
    actor, settings = uow.actor, uow.settings
    result, need = Listing.kind == ListingKind.RESULT, Listing.kind == ListingKind.NEED
    in_stage = select(Listing.id, Listing.title, Listing.stage_since).order_by(Listing.stage_since)
    wrote = is_mine(actor) & (Listing.author_id == actor.user_id)
    yield (
        TaskKind.RESULT_RETURNED,
        in_stage.where(result, Listing.state == ResultState.CHANGES_REQUESTED, wrote),
        _after(RESULT_STATES.days_allowed(ResultState.CHANGES_REQUESTED)),
    )
    yield (
        TaskKind.NEED_RETURNED,
        in_stage.where(need, Listing.state == NeedState.CHANGES_REQUESTED, is_mine(actor)),
        _after(NEED_STATES.days_allowed(NeedState.CHANGES_REQUESTED)),
    )
    yield (
        TaskKind.OWNER_CONSENT,
        in_stage.where(result, Listing.state == ResultState.OWNER_REVIEW, Listing.party_id.in_(actor.party_ids)),
        _owner_decides_until(settings),
    )
    yield TaskKind.FRESHNESS, _ageing(uow), _fresh_until(settings)
    yield TaskKind.CONTRIBUTOR, _named(actor), _after(None)


def _ageing(uow: UnitOfWork) -> Rows:
    """Own published results nobody has confirmed for nearly as long as they count as fresh, and those past it.

    What was published on behalf of others is left out: whoever holds it in trust cannot know.
    """
    soon = uow.now() - timedelta(days=uow.settings.listing_fresh_days - STALE_WARNING_DAYS)
    ageing = (Listing.state == ResultState.PUBLISHED) & (Listing.fresh_at < soon)
    mine = is_mine(uow.actor) & ~Listing.on_behalf
    return (
        select(Listing.id, Listing.title, Listing.fresh_at)
        .where(Listing.kind == ListingKind.RESULT, mine, or_(ageing, Listing.state == ResultState.STALE))
        .order_by(Listing.fresh_at)
    )


def _named(actor: Actor) -> Rows:
    ended = (ResultState.WITHDRAWN, ResultState.EXPIRED)
    return (
        select(Result.id, Result.title, Result.stage_since)
        .join(Contributor, Contributor.result_id == Result.id)
        .where(Contributor.user_id == actor.user_id, Contributor.consented_at.is_(None), Result.state.not_in(ended))
        .order_by(Contributor.id)
    )


def _interests(actor: Actor) -> Rows:
    """Open interests addressed to the actor, under the title of the listing that is asked about."""
    addressed = case((Interest.side == Side.NEED, Interest.result_id), else_=Interest.need_id)
    return (
        select(Interest.id, Listing.title, Interest.due_on)
        .join(Listing, Listing.id == addressed)
        .where(Interest.state.in_(OPEN), is_received(actor))
        .order_by(Interest.due_on)
    )


def _members(actor: Actor) -> Rows:
    return (
        select(Membership.organisation_id, User.name, Membership.requested_at)
        .join(User, User.id == Membership.user_id)
        .where(Membership.state == MembershipState.REQUESTED, Membership.organisation_id.in_(actor.administered_ids))
        .order_by(Membership.requested_at)
    )


def _units(actor: Actor) -> Rows:
    """Units the actor administers, or has applied for, whose papers nobody has handed in."""
    applied = select(Membership.organisation_id).where(
        Membership.user_id == actor.user_id,
        Membership.state == MembershipState.REQUESTED,
        Membership.role == MembershipRole.ADMINISTRATOR,
    )
    his = Organisation.id.in_(actor.administered_ids) | Organisation.id.in_(applied)
    return select(Organisation.id, Organisation.name, Organisation.created_at).where(
        Organisation.state.in_(PAPERS_MISSING), his
    )


def _splits(actor: Actor) -> Rows:
    """Rewards with a part of the actor's that he has not confirmed."""
    mine = (RewardLine.user_id == actor.user_id, RewardLine.confirmed_at.is_(None), RewardLine.round == Reward.round)
    return _rewards_of(Reward.moved_at).where(*mine, Reward.state == RewardState.CONFIRMING).order_by(Reward.moved_at)


def _payouts(actor: Actor) -> Rows:
    """What was paid to the actor and he has not answered."""
    of_line = _rewards_of(Payout.recorded_at).join(Payout, Payout.line_id == RewardLine.id)
    mine = (RewardLine.user_id == actor.user_id, Payout.state == PayoutState.PAID)
    return of_line.where(*mine).order_by(Payout.recorded_at)


def _rewards_of(moment: Any) -> Rows:
    with_line = select(Reward.id, Result.title, moment).join(RewardLine, RewardLine.reward_id == Reward.id)
    return with_line.join(Result, Result.id == Reward.result_id)


def _of_units(uow: UnitOfWork) -> Iterator[Source]:
    """Rewards on which a unit of the actor's has to act: calculate, approve once nobody may object, pay, answer a denial."""
    days, since = REWARD_STATES.days_allowed, Reward.moved_at
    unpaid = (
        select(RewardLine.id)
        .outerjoin(Payout, (Payout.line_id == RewardLine.id) & (Payout.state != PayoutState.REVERSED))
        .where(RewardLine.reward_id == Reward.id, RewardLine.round == Reward.round, RewardLine.fen > 0)
        .where(or_(Payout.id.is_(None), Payout.state == PayoutState.DENIED))
    )
    to_pay = (Reward.state == RewardState.APPROVED) & unpaid.correlate(Reward).exists()
    over = (Reward.state == RewardState.PUBLISHED) & (Reward.objections_until < china_day(uow.now()))
    yield TaskKind.REWARD, _owed(uow, Reward.state == RewardState.TRIGGERED, since), _after(days(RewardState.TRIGGERED))
    yield TaskKind.REWARD, _owed(uow, Reward.state == RewardState.DISPUTED, since), _after(days(RewardState.DISPUTED))
    yield TaskKind.REWARD, _owed(uow, over, Reward.objections_until), _days_after(days(RewardState.PUBLISHED))
    yield TaskKind.REWARD, _owed(uow, to_pay, since), _after(days(RewardState.APPROVED))


def _owed(uow: UnitOfWork, which: ColumnElement[bool], since: Any) -> Rows:
    # A unit has few rewards and the city very many: they are found by the unit before they are put in order.
    of_unit = select(Reward.id).where(is_of_my_unit(uow.actor), which).correlate(None)
    of_result = select(Reward.id, Result.title, since).join(Result, Result.id == Reward.result_id)
    return of_result.where(Reward.id.in_(of_unit)).order_by(since)


def _days_after(allowed: int | None) -> Due:
    def due(day: date) -> date | None:
        return last_day(day, allowed)

    return due


def _on_the_day(day: date) -> date:
    return day


def _after(allowed: int | None) -> Due:
    def due(since: datetime) -> date | None:
        return last_day(china_day(since), allowed)

    return due


def _fresh_until(settings: Settings) -> Due:
    return _after(settings.listing_fresh_days)


def _owner_decides_until(settings: Settings) -> Due:
    def due(since: datetime) -> date:
        return add_working_days(china_day(since), settings.owner_working_days)

    return due
