"""What the wall screen shows: the year so far in a handful of figures, by month and by county of the seller. Reads only.

It names no person and no deal, for whoever walks past sees it. Each number is that of one rung, and none is added to another.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from marketplace.audit.models import AuditHead
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.statistics.desk import Part
from marketplace.statistics.disclosure import Hidden, hidden_parts
from marketplace.statistics.lately import Lately, lately, week_before
from marketplace.statistics.queries import Value
from marketplace.statistics.rules import Dimension, Figure, FigureCode, Period, year_to
from marketplace.statistics.snapshot_queries import Headline, headline

FIGURES = (FigureCode.A1, FigureCode.A4, FigureCode.A6, FigureCode.A2, FigureCode.C4, FigureCode.C6)
TREND = (FigureCode.A1, FigureCode.A4)
"""What is shown by month and by county."""


@dataclass(frozen=True)
class Line:
    """What a month or a county has of each figure of TREND; the county None is 未填. A part is None where it is too small to be
    shown to whoever passes."""

    name: Value
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Wall:
    """The figures of `period` as known at `as_of` (UTC), with what has come on record since the day `since`. `counties` are those
    whose deals these are, None for the whole city; `published` is the snapshot that was published last."""

    period: Period
    since: date
    as_of: datetime
    counties: frozenset[str] | None
    figures: Mapping[FigureCode, Lately]
    months: tuple[Line, ...]
    sellers: tuple[Line, ...]
    published: Headline | None

    @property
    def totals(self) -> tuple[Figure, ...]:
        """What the months add up to, and so do the counties."""
        return tuple(self.figures[code].total for code in TREND)


def wall(uow: UnitOfWork, codes: Sequence[str]) -> Wall:
    """The figures in the scope of whoever asks; counties come in their official order. Raises NotFound for no official."""
    today = china_day(uow.now())
    period, since = year_to(today), week_before(today)
    found = {code: lately(uow, code, period, since) for code in FIGURES}
    small = hidden_parts([found[code].rows for code in TREND]) if uow.settings.wall_hides_small_parts else {}
    return Wall(
        period=period,
        since=since,
        as_of=uow.now(),
        counties=None if uow.actor.is_city_official else uow.actor.counties,
        figures=found,
        months=_lines(found, Dimension.MONTH, period.months(), small),
        sellers=_sellers(uow, found, codes, small),
        published=headline(uow.session),
    )


def validator(uow: UnitOfWork, *shown_with: str) -> str:
    """What stays the same as long as the wall does: the end of the audit log, where all that figures rest on is announced, the
    day, and whose figures these are. `shown_with` is what else their look depends on."""
    audited = uow.session.scalar(select(AuditHead.last_id)) or 0
    scope = ("city",) if uow.actor.is_city_official else sorted(uow.actor.counties)
    parts = (str(audited), china_day(uow.now()).isoformat(), *scope, *shown_with)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _sellers(
    uow: UnitOfWork, found: Mapping[FigureCode, Lately], codes: Sequence[str], small: Hidden
) -> tuple[Line, ...]:
    """Every county for the city; for a county itself and those it has bought from. What the list does not know comes after them,
    and 未填 last."""
    sold = {value for code in TREND for value in found[code].rows.by(Dimension.SELLER)}
    of_office = set(codes) if uow.actor.is_city_official else set(uow.actor.counties)
    shown: list[Value] = [code for code in codes if code in of_office or code in sold]
    elsewhere = sorted(str(value) for value in sold if value is not None and value not in codes)
    return _lines(found, Dimension.SELLER, [*shown, *elsewhere, *([None] if None in sold else [])], small)


def _lines(
    found: Mapping[FigureCode, Lately], dimension: Dimension, values: Sequence[Value], small: Hidden
) -> tuple[Line, ...]:
    parts = [found[code].rows.by(dimension) for code in TREND]
    left_out = small.get(dimension, frozenset())
    return tuple(
        Line(value, tuple(None if value in left_out else part.get(value, Figure()) for part in parts))
        for value in values
    )
