"""What officials watch without deciding it: interests nobody answers, deals that do not move. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true

from marketplace.accounts.models import User
from marketplace.deals import queries as deal_queries
from marketplace.deals.progress import Who
from marketplace.deals.queries import DealRow
from marketplace.deals.rules import DEAL_STATES
from marketplace.home.rules import LAPSED_SHOWN_DAYS
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.permissions import Actor
from marketplace.kernel.workdays import add_working_days, working_days_between
from marketplace.listings.models import Listing
from marketplace.listings.policy import is_in_office
from marketplace.matching.models import Interest
from marketplace.matching.rules import OPEN, REMIND_AFTER_WORKING_DAYS, InterestState, Side
from marketplace.needs.models import Need
from marketplace.needs.policy import may_know_party
from marketplace.organisations.models import Organisation, Party
from marketplace.organisations.parties import PartyName, names_of


@dataclass(frozen=True)
class SilentRow:
    """An interest without an answer: who asked, who is silent, and for how many working days.

    A party is None where the official may not know whose need it is.
    """

    interest_id: int
    title: str
    asked_by: str | None
    silent: str | None
    silent_county: str | None
    state: InterestState
    since: datetime
    working_days: int
    due_on: date


def silent_interests(uow: UnitOfWork, limit: int = 200, *, only: int | None = None) -> list[SilentRow]:
    """Interests that have been reminded of in vain and those that lapsed lately, the longest silence first; or one by its id."""
    addressed = case((Interest.side == Side.NEED, Interest.result_id), else_=Interest.need_id)
    statement = (
        select(Interest, Listing.title)
        .join(Listing, Listing.id == addressed)
        .where(_is_silent(uow), interests_in_office(uow.actor), true() if only is None else Interest.id == only)
        .order_by(Interest.state == InterestState.LAPSED, Interest.due_on, Interest.id)
        .limit(limit)
    )
    found = uow.session.execute(statement).all()
    names = names_of(uow.session, {id_ for one, _ in found for id_ in (one.from_party_id, one.to_party_id)})
    needs = uow.session.scalars(select(Need).where(Need.id.in_({one.need_id for one, _ in found} - {None})))
    unnamed = {need.id for need in needs if not may_know_party(uow.actor, need)}
    return [_silent(uow, one, title, names, one.need_id in unnamed) for one, title in found]


def _silent(
    uow: UnitOfWork, interest: Interest, title: str, names: Mapping[int, PartyName], hides_need_side: bool
) -> SilentRow:
    sender, receiver = names[interest.from_party_id], names[interest.to_party_id]
    since, today = china_day(interest.created_at), china_day(uow.now())
    return SilentRow(
        interest_id=interest.id,
        title=title,
        asked_by=None if hides_need_side and interest.side is Side.NEED else sender.name,
        silent=None if hides_need_side and interest.side is Side.RESULT else receiver.name,
        silent_county=receiver.county,
        state=interest.state,
        since=interest.created_at,
        working_days=working_days_between(since, min(today, interest.due_on)),
        due_on=interest.due_on,
    )


def count_silent(uow: UnitOfWork) -> int:
    """How many rows silent_interests has in all."""
    statement = select(func.count(Interest.id)).where(_is_silent(uow), interests_in_office(uow.actor))
    return uow.session.scalar(statement) or 0


@dataclass(frozen=True)
class StalledRow:
    """A deal that does not move: for how many days, and how many its stage allows."""

    deal: DealRow
    days: int
    allowed: int | None

    @property
    def owed_by(self) -> str | None:
        """The name of the party that owes the next step, None when it is both or the official."""
        return {Who.SELLER: self.deal.seller.name, Who.BUYER: self.deal.buyer.name}.get(self.deal.next.who)


def stalled_deals(uow: UnitOfWork, *, only: int | None = None) -> list[StalledRow]:
    """Deals of this official that have not moved for their stage's time, the longest standstill first; or one by its id."""
    today = china_day(uow.now())
    return [
        StalledRow(deal, (today - china_day(deal.moved_at)).days, DEAL_STATES.days_allowed(deal.state))
        for deal in deal_queries.stalled(uow, only=only)
    ]


@dataclass(frozen=True)
class Stalled:
    """How many deals of this official do not move, and for how many days the oldest has not."""

    count: int
    days: int


def count_stalled(uow: UnitOfWork) -> Stalled:
    """The same deals as stalled_deals, all of them."""
    count, oldest = deal_queries.count_stalled(uow)
    return Stalled(count, (china_day(uow.now()) - china_day(oldest)).days if oldest else 0)


def _is_silent(uow: UnitOfWork) -> ColumnElement[bool]:
    """Open although the last reminder is due, or lapsed in the last month. The last day tells both."""
    today, term = china_day(uow.now()), uow.settings.interest_working_days
    left = max(0, term - REMIND_AFTER_WORKING_DAYS[-1])
    waiting = and_(Interest.state.in_(OPEN), Interest.due_on <= add_working_days(today, left))
    lapsed = and_(Interest.state == InterestState.LAPSED, Interest.due_on >= today - timedelta(days=LAPSED_SHOWN_DAYS))
    return or_(waiting, lapsed)


def interests_in_office(actor: Actor) -> ColumnElement[bool]:
    """Interests between parties or about listings of an official's counties, as a WHERE clause."""
    if actor.is_city_official:
        return true()
    about = select(Listing.id).where(Listing.id.in_((Interest.result_id, Interest.need_id)), is_in_office(actor))
    here = (
        select(Party.id)
        .outerjoin(Organisation, Organisation.id == Party.organisation_id)
        .outerjoin(User, User.id == Party.user_id)
        .where(or_(Organisation.county.in_(actor.counties), User.county.in_(actor.counties)))
    )
    return or_(about.correlate(Interest).exists(), Interest.from_party_id.in_(here), Interest.to_party_id.in_(here))
