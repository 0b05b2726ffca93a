"""Keeps with a pair why it was offered, as the side that looked saw it, so that it can be shown again as it was.

A list that is read records its rows once: again only when a listing has changed since. See docs/decisions/0014.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.listings.models import Listing
from marketplace.matching.models import Match, ShownReasons
from marketplace.matching.queries import MatchRow
from marketplace.matching.reasons import explain, stored
from marketplace.matching.rules import Side
from marketplace.needs.models import Need
from marketplace.results.models import Result

Pair = tuple[int, int]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Showing:
    """One pair as one side saw it, with the versions of both listings at that moment."""

    result_id: int
    need_id: int
    side: Side
    result_version: int
    need_version: int
    explanation: Mapping[str, Any]

    @property
    def pair(self) -> Pair:
        """(result, need)."""
        return self.result_id, self.need_id


def unrecorded(uow: UnitOfWork, rows: Sequence[MatchRow], side: Side) -> tuple[Showing, ...]:
    """Of the rows of a list those that are not recorded as they are now; to be called where the list was read."""
    known = {(row[0], row[1]): (row[2], row[3]) for row in _recorded(uow, side, rows)}
    now = _versions(uow, {id_ for row in rows for id_ in (row.result_id, row.need_id)})
    shown = []
    for row in rows:
        versions = now[row.result_id], now[row.need_id]
        if known.get((row.result_id, row.need_id)) != versions:
            why = {**stored(row.reason), "strength": row.strength.value}
            shown.append(Showing(row.result_id, row.need_id, side, *versions, why))
    return tuple(shown)


def record_aside(factory: UnitOfWorkFactory, shown: Sequence[Showing]) -> None:
    """Record in a transaction of its own; whatever goes wrong is logged and hurts nobody who only looked."""
    try:
        with factory.writing() as uow:
            record(uow, shown)
    except SQLAlchemyError:
        log.exception("the reasons of %s shown matches were not recorded", len(shown))


def record(uow: UnitOfWork, shown: Sequence[Showing]) -> None:
    """Write what was shown, newer over older; two at once do not hinder each other."""
    if not shown:
        return
    pairs = sorted({one.pair for one in shown})
    values = [{"result_id": result_id, "need_id": need_id} for result_id, need_id in pairs]
    _insert(uow, Match, values, ("result_id", "need_id"), ())
    ids = {(result_id, need_id): id_ for id_, result_id, need_id in uow.session.execute(
        select(Match.id, Match.result_id, Match.need_id).where(_any_of(pairs))
    )}  # fmt: skip
    latest = {(one.pair, one.side): one for one in shown}
    reasons = [_columns(ids[pair], one, uow) for (pair, _), one in sorted(latest.items(), key=lambda item: item[0])]
    _insert(uow, ShownReasons, reasons, ("match_id", "side"), tuple(reasons[0].keys() - {"match_id", "side"}))


def as_shown(uow: UnitOfWork, result: Result, need: Need, side: Side) -> ShownReasons:
    """The reasons as this side saw them; computed now where it has not seen these versions of the listings yet."""
    pair = and_(Match.result_id == result.id, Match.need_id == need.id)
    mine = select(ShownReasons).join(Match, Match.id == ShownReasons.match_id).where(pair, ShownReasons.side == side)
    last = uow.session.scalar(mine)
    if last is None or (last.result_version, last.need_version) != (result.version, need.version):
        why = stored(explain(uow, result, need, side))
        record(uow, [Showing(result.id, need.id, side, result.version, need.version, why)])
        last = uow.session.scalars(mine.execution_options(populate_existing=True)).one()
    return last


def _versions(uow: UnitOfWork, listing_ids: Iterable[int]) -> dict[int, int]:
    wanted = select(Listing.id, Listing.version).where(Listing.id.in_(listing_ids))
    return dict(uow.session.execute(wanted).all())


def _columns(match_id: int, one: Showing, uow: UnitOfWork) -> dict[str, Any]:
    return {
        "match_id": match_id,
        "side": one.side,
        "result_version": one.result_version,
        "need_version": one.need_version,
        "explanation": dict(one.explanation),
        "shown_at": uow.now(),
    }


def _recorded(uow: UnitOfWork, side: Side, rows: Sequence[MatchRow]) -> Sequence[Row[int, int, int, int]]:
    columns = (Match.result_id, Match.need_id, ShownReasons.result_version, ShownReasons.need_version)
    joined = select(*columns).join(ShownReasons, ShownReasons.match_id == Match.id)
    pairs = [(row.result_id, row.need_id) for row in rows]
    return uow.session.execute(joined.where(ShownReasons.side == side, _any_of(pairs))).all()


def _any_of(pairs: Iterable[Pair]) -> ColumnElement[bool]:
    return or_(False, *(and_(Match.result_id == result_id, Match.need_id == need_id) for result_id, need_id in pairs))


def _insert(
    uow: UnitOfWork,
    model: type[Match | ShownReasons],
    values: Sequence[Mapping[str, Any]],
    unique: Sequence[str],
    renewed: Sequence[str],
) -> None:
    """INSERT … ON CONFLICT, which both databases know: leave the row that is there, or renew these columns of it."""
    dialect = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(model).values(list(values))
    if renewed:
        new = {name: statement.excluded[name] for name in renewed}
        statement = statement.on_conflict_do_update(index_elements=unique, set_=new)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=unique)
    uow.session.execute(statement)
