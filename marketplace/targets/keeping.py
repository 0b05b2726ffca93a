"""Keeps the last forecast of each figure in this process, as long as the audit log says that nothing has happened since.

A forecast reads every deal there is; several officials, and several figures in turn, then cost no more than one.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select

from marketplace.audit.models import AuditHead
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.statistics.definition import Definition
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.store import store_of
from marketplace.targets.forecast import forecast
from marketplace.targets.outlook import Forecast, TooFew
from marketplace.targets.pipelines import changes_of, items_of


@dataclass(frozen=True)
class _Kept:
    """What was made when the log ended with a row, for the days from one to another; the number of cases if they were too few."""

    audited: int
    today: date
    last: date
    made: Forecast | int


_KEPT: "WeakKeyDictionary[Any, dict[FigureCode, _Kept]]" = WeakKeyDictionary()


def forecast_of(uow: UnitOfWork, definition: Definition, today: date, last: date) -> Forecast:
    """The forecast of a figure that has a pipeline, as things are now. Raises TooFew.

    How things go is learned from the rows of the whole city, whoever asks.
    """
    of_database = _KEPT.setdefault(uow.session.get_bind(), {})
    # The end of the log is read first: what is written meanwhile is looked at the next time.
    audited = uow.session.scalar(select(AuditHead.last_id)) or 0
    kept = of_database.get(definition.code)
    if kept is None or (kept.audited, kept.today, kept.last) != (audited, today, last):
        kept = _Kept(audited, today, last, _make(uow, definition, today, last))
        of_database[definition.code] = kept
    if isinstance(kept.made, int):
        raise TooFew(kept.made)
    return kept.made


def _make(uow: UnitOfWork, definition: Definition, today: date, last: date) -> Forecast | int:
    changes = changes_of(store_of(uow).columns(uow.session, definition))
    try:
        return forecast(items_of(uow.session, definition.code, today), changes, today, last)
    except TooFew as few:
        return few.cases
