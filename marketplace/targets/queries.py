"""The reading side of targets: what is set, what is reached by the figures' own rows, and what may still come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.statistics.adding import picked
from marketplace.statistics.definition import Definition
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import FigureCode, Period
from marketplace.targets.keeping import forecast_of
from marketplace.targets.models import Target
from marketplace.targets.outlook import Forecast, Outlook, TooFew
from marketplace.targets.policy import county_dimension, targets_for
from marketplace.targets.rules import EARLIEST_LINE, PIPELINES, Basis, Standing, share_gone, straight_line

HISTORY = 30
"""So many of the last changes stand under the table."""


@dataclass(frozen=True)
class Asked:
    """A figure, a year, and the day (in China) by whose end things are on record; `as_of` is that moment in UTC."""

    definition: Definition
    year: int
    day: date
    as_of: datetime


@dataclass(frozen=True)
class Line:
    """One place: what is set and reached, and where the year may end: low, middle and high, or a straight line's one number."""

    county: str | None
    standing: Standing
    ends: tuple[int, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing is set, reached or to be expected."""
        return self.standing.target is None and not self.standing.reached and not any(self.ends)


@dataclass(frozen=True)
class Changed:
    """One change of a target: who set it, when and why."""

    target: Target
    author: str


@dataclass(frozen=True)
class TargetsPage:
    """Everything the page shows. `city` is None for an official of a county, `unplaced` what has no county, if anything.

    `cases` says how many past cases there are where they are too few; the forecast is as of `made_at` (UTC).
    """

    asked: Asked
    gone: Fraction
    basis: Basis
    cases: int
    forecast: Forecast | None
    made_at: datetime
    city: Line | None
    counties: tuple[Line, ...]
    unplaced: Line | None
    history: tuple[Changed, ...]

    @property
    def counties_set(self) -> int | None:
        """The counties' targets together; None where no county has one."""
        known = [line.standing.target for line in self.counties if line.standing.target is not None]
        return sum(known) if known else None

    @property
    def left_out(self) -> int:
        """How many counties have nothing to show."""
        return sum(line.is_empty for line in self.counties)

    @property
    def has_counties(self) -> bool:
        """Whether the figure is told apart by county."""
        return bool(self.counties)


def targets_page(uow: UnitOfWork, asked: Asked, counties: Sequence[str]) -> TargetsPage:
    """Targets of one figure and year; `counties` are all codes in their order, of which a county's official sees his own."""
    is_city = uow.actor.is_city_official
    shown = [one for one in counties if uow.actor.is_official_for(one)] if county_dimension(asked.definition) else []
    gone = share_gone(asked.year, asked.day)
    basis, made, cases, made_at = _outlook(uow, asked, gone)
    targets, reached = current(uow.session, asked), _reached(uow, asked)
    # What may still come was reckoned from what was reached by then: one deal is never in both.
    by_then = reached if made_at == asked.as_of else _reached(uow, replace(asked, as_of=made_at))
    outlooks = dict(made.counties) if made else {}

    def line(target: Target | None, county: str | None, outlook: Outlook | None, value: int, then: int) -> Line:
        return Line(county, Standing(target.value if target else None, value), _ends(basis, outlook, then, gone))

    def of_county(county: str | None) -> Line:
        target = targets.get(county) if county else None
        value, then = reached.by_county.get(county, 0), by_then.by_county.get(county, 0)
        return line(target, county, outlooks.get(county), value, then)

    has_unplaced = is_city and None in reached.by_county
    return TargetsPage(
        asked,
        gone,
        basis,
        cases,
        made,
        made_at,
        line(targets.get(None), None, made.city if made else None, reached.total, by_then.total) if is_city else None,
        tuple(of_county(one) for one in shown),
        of_county(None) if has_unplaced else None,
        _history(uow, asked, shown),
    )


@dataclass(frozen=True)
class _Reached:
    total: int
    by_county: Mapping[str | None, int]


def _reached(uow: UnitOfWork, asked: Asked) -> _Reached:
    """The rows of the figure, added up as everywhere: the total, and by county."""
    if asked.day < date(asked.year, 1, 1):
        return _Reached(0, {})
    period = Period(date(asked.year, 1, 1), min(asked.day, date(asked.year, 12, 31)))
    rows, dimension = picked(uow, Filter(asked.definition, period, asked.as_of)), county_dimension(asked.definition)
    parts = rows.by(dimension) if dimension else {}
    named = {None if county is None else str(county): figure.value for county, figure in parts.items()}
    return _Reached(rows.total().value, named)


def current(session: Session, asked: Asked) -> dict[str | None, Target]:
    """The target of each place as it was by the moment: the newest row that was on record."""
    of = (Target.year == asked.year, Target.code == asked.definition.code, Target.set_at <= asked.as_of)
    newest = select(func.max(Target.id)).where(*of).group_by(Target.county)
    return {one.county: one for one in session.scalars(select(Target).where(Target.id.in_(newest)))}


def newest_id(session: Session, year: int, code: FigureCode) -> int:
    """The id of the last change, 0 before any: whoever types into the sheet says which one he saw."""
    of = (Target.year == year, Target.code == code)
    return session.scalar(select(func.max(Target.id)).where(*of)) or 0


def _outlook(uow: UnitOfWork, asked: Asked, gone: Fraction) -> tuple[Basis, Forecast | None, int, datetime]:
    """What the outlook rests on, the forecast where there is one, how many cases where there are too few, and as of when."""
    today, code = china_day(uow.now()), asked.definition.code
    if gone == 0:
        basis = Basis.NOT_BEGUN
    elif gone == 1:
        basis = Basis.YEAR_OVER
    elif asked.day != today:
        basis = Basis.ANOTHER_DAY
    elif code not in PIPELINES:
        basis = Basis.STRAIGHT_LINE if gone >= EARLIEST_LINE else Basis.TOO_EARLY
    else:
        return _forecast(uow, asked, today)
    return basis, None, 0, asked.as_of


def _forecast(uow: UnitOfWork, asked: Asked, today: date) -> tuple[Basis, Forecast | None, int, datetime]:
    try:
        made, made_at = forecast_of(uow, asked.definition.code, today, date(asked.year, 12, 31))
    except TooFew as few:
        return Basis.TOO_FEW, None, few.cases, asked.as_of
    return Basis.PAST_DEALS, made, 0, made_at


def _ends(basis: Basis, outlook: Outlook | None, reached: int, gone: Fraction) -> tuple[int, ...]:
    if basis is Basis.STRAIGHT_LINE:
        return (straight_line(reached, gone),)
    if basis is not Basis.PAST_DEALS:
        return ()
    if outlook is None:
        return (reached, reached, reached)
    range_ = outlook.together
    return (reached + range_.low, reached + range_.middle, reached + range_.high)


def _history(uow: UnitOfWork, asked: Asked, shown: Sequence[str]) -> tuple[Changed, ...]:
    """The last changes, of the places the reader sees."""
    his = Target.county.in_(shown)
    places = or_(his, Target.county.is_(None)) if uow.actor.is_city_official else his
    rows = (
        select(Target, User.name)
        .join(User, User.id == Target.set_by_id)
        .where(Target.year == asked.year, Target.code == asked.definition.code, Target.set_at <= asked.as_of, places)
        .order_by(Target.id.desc())
        .limit(HISTORY)
    )
    return tuple(Changed(target, name) for target, name in uow.session.execute(rows))


def standings(uow: UnitOfWork, day: date, as_of: datetime) -> list[tuple[FigureCode, str | None, Standing]]:
    """Every target of the year of a day that concerns the actor, with what is reached: the city's for its officials, else those
    of his counties."""
    places = [None] if uow.actor.is_city_official else sorted(uow.actor.counties)
    wanted = {one.code for one in targets_for(uow.actor)}
    found = []
    for code in uow.session.scalars(
        select(Target.code).where(Target.year == day.year).distinct().order_by(Target.code)
    ):
        if code not in wanted:
            continue
        asked = Asked(DEFINITIONS[code], day.year, day, as_of)
        targets, reached = current(uow.session, asked), _reached(uow, asked)
        for place in places:
            target = targets.get(place)
            if target is not None and target.value is not None:
                value = reached.total if place is None else reached.by_county.get(place, 0)
                found.append((code, place, Standing(target.value, value)))
    return found
