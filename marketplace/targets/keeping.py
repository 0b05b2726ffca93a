"""Keeps the last forecast of each figure, for the officials who ask for it next, in this process and in a file.

A forecast reads every deal there is. Of few it is made anew whenever anything has happened; of many it is good for two hours, and
the worker makes the next one before they are over. Each says as of which moment it holds, and what it is added to is what was
reached by then. Derived: the files may be deleted at any time.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import TypeAdapter, ValidationError

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.kept_files import audit_hash, placed
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.store import end_of_log, store_of
from marketplace.targets.forecast import forecast
from marketplace.targets.outlook import Forecast, TooFew
from marketplace.targets.pipelines import changes_of, items_of
from marketplace.targets.rules import PIPELINES

FEW = 5_000
"""So many deals or lines are read in a moment: their forecast is never older than what it rests on."""

GOOD_FOR = timedelta(hours=2)


@dataclass(frozen=True)
class Kept:
    """What was made at a moment (UTC) when the audit log ended with a row of this id and hash, for the days after one up to
    another, of so many deals or lines; the number of cases where they were too few."""

    made_at: datetime
    end: tuple[int, str]
    today: date
    last: date
    items: int
    made: Forecast | int


_FILE = TypeAdapter(Kept)
_KEPT: "WeakKeyDictionary[Any, dict[FigureCode, Kept]]" = WeakKeyDictionary()


def forecast_of(uow: UnitOfWork, code: FigureCode, today: date, last: date) -> tuple[Forecast, datetime]:
    """The forecast of a figure that has a pipeline, and as of which moment (UTC). Raises TooFew.

    How things go is learned from the rows of the whole city, whoever asks.
    """
    is_good = partial(_is_good, uow, end_of_log(uow.session), today, last)
    kept = next(filter(is_good, _found(uow, code)), None) or _make(uow, code, today, last)
    _KEPT.setdefault(uow.session.get_bind(), {})[code] = kept
    if isinstance(kept.made, int):
        raise TooFew(kept.made)
    return kept.made, kept.made_at


def prepare(uow: UnitOfWork) -> None:
    """Make the forecasts of this year that would take an official long, and put them into files: the worker's part."""
    today = china_day(uow.now())
    for code in sorted(PIPELINES):
        kept = _make(uow, code, today, date(today.year, 12, 31))
        if kept.items > FEW:
            with placed(_path(uow, code)) as file:
                file.write(_FILE.dump_json(kept))


def _is_good(uow: UnitOfWork, end: tuple[int, str], today: date, last: date, kept: Kept) -> bool:
    if (kept.today, kept.last) != (today, last):
        return False
    is_young = kept.items > FEW and uow.now() - kept.made_at < GOOD_FOR
    return kept.end == end or (is_young and audit_hash(uow.session, kept.end[0]) == kept.end[1])


def _found(uow: UnitOfWork, code: FigureCode) -> Iterator[Kept]:
    """What this process has, then what the worker has made."""
    kept = _KEPT.get(uow.session.get_bind(), {}).get(code)
    if kept:
        yield kept
    with suppress(OSError, ValidationError):
        yield _FILE.validate_json(_path(uow, code).read_bytes())


def _make(uow: UnitOfWork, code: FigureCode, today: date, last: date) -> Kept:
    # The end of the log is read first: what is written meanwhile is looked at the next time.
    made_at, end = uow.now(), end_of_log(uow.session)
    changes = changes_of(store_of(uow).columns(uow.session, DEFINITIONS[code]))
    items = items_of(uow.session, code, today)
    made: Forecast | int
    try:
        made = forecast(items, changes, today, last)
    except TooFew as few:
        made = few.cases
    return Kept(made_at, end, today, last, len(items), made)


def _path(uow: UnitOfWork, code: FigureCode) -> Path:
    return uow.settings.figures_dir / f"{code.value}.forecast"
