"""Which figure, period, moment and parts an address asks for, and the addresses that ask."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from flask import request, url_for

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day, day_begins, end_of
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.statistics.definition import Definition
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.queries import Filter, Value
from marketplace.statistics.rules import Dimension, FigureCode, Span, asked_period, year_to
from marketplace.statistics.wording import MEMBERS, NUMBERED
from marketplace.web.arguments import day_asked
from marketplace.web.forms import is_member, row_id

EMPTY = "-"
"""Stands for 未填 in a URL, where an empty argument would mean no filter."""


def asked(uow: UnitOfWork, *, with_values: bool = False) -> Filter:
    """What the query string asks for; the contracts of the year so far, as known now, where it asks for nothing.

    Raises InvalidInput for what there is not.
    """
    code = request.args.get("figure", FigureCode.A1.value)
    if not is_member(FigureCode, code):
        raise InvalidInput(N_("There is no such figure."), field="figure")
    today = china_day(uow.now())
    usual = year_to(today)
    period = asked_period(day_asked("from", usual.first), day_asked("to", usual.last))
    wanted = Filter(DEFINITIONS[FigureCode(code)], period, moment_of(uow.now(), day_asked("as_of", today), today))
    return replace(wanted, values=_values(wanted), since=_since(wanted)) if with_values else wanted


def asked_span(definition: Definition) -> Span:
    """What the months are put together to; as the figure is usually shown where the address asks for nothing. Raises
    InvalidInput."""
    text = request.args.get("over", definition.span.value)
    if not is_member(Span, text):
        raise InvalidInput(N_("There is no such value to choose by."), field="over")
    return Span(text)


def as_of_day(wanted: Filter) -> date:
    """The day in China by whose end the rows of a filter were known."""
    return china_day(wanted.as_of)


def since_day(wanted: Filter) -> date | None:
    """The day in China from whose beginning on the rows of a filter have come on record."""
    return china_day(wanted.since) if wanted.since else None


def address(endpoint: str, wanted: Filter, values: Mapping[str, Value] | None = None, **changes: object) -> str:
    """The URL of a page about a filter; `values` fix dimensions by their names."""
    chosen = {name: EMPTY if value is None else value for name, value in (values or {}).items()}
    known = {"as_of": as_of_day(wanted)} | ({"since": since_day(wanted)} if wanted.since else {})
    period = {"from": wanted.period.first, "to": wanted.period.last}
    arguments = {"figure": wanted.definition.code.value, **period, **known, **chosen, **changes}
    return url_for(endpoint, **arguments)  # type: ignore[arg-type]


def moment_of(now: datetime, day: date, today: date) -> datetime:
    """The UTC moment by which what is on record counts, for a day in China. Raises InvalidInput for one that is still to come."""
    if day > today:
        raise InvalidInput(N_("What will be known on a later day cannot be told today."), field="as_of")
    return now if day == today else end_of(day)


def _since(wanted: Filter) -> datetime | None:
    """The beginning of the day that the query string names, where it names one."""
    if not request.args.get("since"):
        return None
    day = day_asked("since", as_of_day(wanted))
    if day > as_of_day(wanted):
        raise InvalidInput(N_("The first day must not be later than the day by which it was known."), field="since")
    return day_begins(day)


def _values(wanted: Filter) -> dict[Dimension, Value]:
    known = wanted.definition.dimensions
    return {one: _value(one, request.args[one.value]) for one in known if one.value in request.args}


def _value(dimension: Dimension, text: str) -> Value:
    if text == EMPTY:
        return None
    number = row_id(text) if dimension in NUMBERED else None
    if (dimension in MEMBERS and not is_member(MEMBERS[dimension], text)) or (dimension in NUMBERED and number is None):
        raise InvalidInput(N_("There is no such value to choose by."), field=dimension.value)
    return text if number is None else number
