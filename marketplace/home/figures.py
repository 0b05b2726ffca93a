"""The figures on an official's home: five with their change since last week, and a short table by county. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import case, func, select

from marketplace.home.oversight import interests_in_office
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day, day_begins, end_of
from marketplace.listings.models import Listing
from marketplace.listings.policy import is_in_office
from marketplace.listings.rules import ListingKind
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState
from marketplace.needs import rules as need_rules
from marketplace.results import rules as result_rules
from marketplace.statistics.adding import picked
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.lately import lately, week_before
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Dimension, Figure, FigureCode, Period, year_to

RUNGS = (FigureCode.A0, FigureCode.A1, FigureCode.A4, FigureCode.A6)
"""The amounts an official sees at once; the others stand on the desk."""

_SHOWN = {ListingKind.RESULT: result_rules.VISIBLE, ListingKind.NEED: need_rules.VISIBLE}


@dataclass(frozen=True)
class Amount:
    """A rung of this year in fen, with what of it has come on record in the last seven days."""

    code: FigureCode
    year: Figure
    week: Figure


@dataclass(frozen=True)
class Published:
    """Listings everybody sees now, and how many of them were published in the last seven days."""

    total: int = 0
    week: int = 0


@dataclass(frozen=True)
class Answers:
    """Of this year's interests that came to an end: how many were answered, how many lapsed in silence."""

    answered: int
    ended: int

    @property
    def share(self) -> Fraction | None:
        """Answered of ended, None before one has ended."""
        return Fraction(self.answered, self.ended) if self.ended else None


@dataclass(frozen=True)
class CountyLine:
    """One county: this year's contracts (A1, fen) as seller and as buyer, and what is published. None is 未填."""

    county: str | None
    sold: Figure
    bought: Figure
    results: int
    needs: int


@dataclass(frozen=True)
class Figures:
    """Everything together, for this official's scope."""

    period: Period
    amounts: tuple[Amount, ...]
    results: Published
    needs: Published
    answers: Answers
    counties: tuple[CountyLine, ...]


def figures(uow: UnitOfWork, counties: Sequence[str], *, week: Period | None = None) -> Figures:
    """The figures of this year so far; counties come in their official order, without those that have nothing.

    `week` is the one whose change stands beside them, and today its last day; where none is named the last seven days, but for
    those of last year.
    """
    today = china_day(uow.now())
    period = year_to(today)
    since = week.first if week else week_before(today)
    published = _published(uow, week or Period(max(period.first, since), today))
    return Figures(
        period=period,
        amounts=tuple(_amount(uow, code, period, since, week) for code in RUNGS),
        results=_sum(published, ListingKind.RESULT),
        needs=_sum(published, ListingKind.NEED),
        answers=_answers(uow, period.first),
        counties=_by_county(uow, period, published, counties),
    )


def _amount(uow: UnitOfWork, code: FigureCode, period: Period, since: date, week: Period | None) -> Amount:
    """A week that is named is whole, also where it began last year."""
    found = lately(uow, code, period, since)
    if week is None or week.first >= period.first:
        return Amount(code, found.total, found.change)
    both_years = Period(date(week.first.year, 1, 1), period.last)
    return Amount(code, found.total, lately(uow, code, both_years, since).change)


_Counts = dict[tuple[ListingKind, str | None], Published]


def _published(uow: UnitOfWork, week: Period) -> _Counts:
    """What is on the market, by kind and county, in one statement."""
    in_week = Listing.published_at.between(day_begins(week.first), end_of(week.last))
    recent = func.sum(case((in_week, 1), else_=0))
    shown = [(Listing.kind == kind) & Listing.state.in_(states) for kind, states in _SHOWN.items()]
    statement = (
        select(Listing.kind, Listing.county, func.count(), recent)
        .where(shown[0] | shown[1], is_in_office(uow.actor))
        .group_by(Listing.kind, Listing.county)
    )
    return {(kind, county): Published(n, int(week)) for kind, county, n, week in uow.session.execute(statement)}


def _sum(published: _Counts, kind: ListingKind) -> Published:
    ours = [one for (of_kind, _), one in published.items() if of_kind is kind]
    return Published(sum(one.total for one in ours), sum(one.week for one in ours))


def _answers(uow: UnitOfWork, first: date) -> Answers:
    """Interests expressed since a day; what is still open has not been decided and does not count."""
    answered = Interest.state.in_((InterestState.ACCEPTED, InterestState.DECLINED))
    ended = answered | (Interest.state == InterestState.LAPSED)
    statement = select(func.sum(case((answered, 1), else_=0)), func.sum(case((ended, 1), else_=0))).where(
        Interest.created_at >= day_begins(first), interests_in_office(uow.actor)
    )
    given, all_ended = uow.session.execute(statement).one()
    return Answers(int(given or 0), int(all_ended or 0))


def _by_county(uow: UnitOfWork, period: Period, published: _Counts, counties: Sequence[str]) -> tuple[CountyLine, ...]:
    rows = picked(uow, Filter(DEFINITIONS[FigureCode.A1], period, uow.now()))
    sold, bought = rows.by(Dimension.SELLER), rows.by(Dimension.BUYER)
    known = {county for _, county in published} | set(sold) | set(bought)
    ordered: list[str | None] = [county for county in counties if county in known]
    ordered += [None] if None in known else []
    nothing, none = Figure(), Published()
    return tuple(
        CountyLine(
            county=county,
            sold=sold.get(county, nothing),
            bought=bought.get(county, nothing),
            results=published.get((ListingKind.RESULT, county), none).total,
            needs=published.get((ListingKind.NEED, county), none).total,
        )
        for county in ordered
    )
