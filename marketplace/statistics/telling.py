"""What published amounts tell of single contracts all the same: totals are published, so a total of one contract is its amount,
and what a correction changes is what somebody paid. Whoever publishes decides that, and is told first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from marketplace.statistics.comparing import Comparison
from marketplace.statistics.disclosure import FEWEST_DEALS, rest_on, still_standing
from marketplace.statistics.frozen_columns import frozen_columns
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.snapshot_queries import FrozenFigure, SnapshotPage


@dataclass(frozen=True)
class Telling:
    """An amount, and of how few it tells: contracts, or units where it is of their own use."""

    code: FigureCode
    of: int


@dataclass(frozen=True)
class Tellings:
    """Totals that tell of few, and amounts whose difference from the snapshot that is corrected does."""

    totals: tuple[Telling, ...] = ()
    differences: tuple[Telling, ...] = ()


def tellings(session: Session, page: SnapshotPage, differences: Sequence[Comparison]) -> Tellings:
    """All there are on the page of a snapshot. Every row of its amounts is read."""
    amounts = {one.definition.code: one for one in page.figures if one.definition.is_amount}
    totals = {code: _rests_on(session, one) for code, one in amounts.items()}
    changed = {one.code: _changed(one) for one in differences if one.code in amounts}
    return Tellings(_few(totals), _few(changed))


def _rests_on(session: Session, figure: FrozenFigure) -> int:
    columns = frozen_columns(session, figure.frozen)
    return rest_on(still_standing(columns) if figure.definition.is_stock else columns)


def _changed(comparison: Comparison) -> int:
    """By deal, or by row where there is none."""
    return len({change.row.deal_id or change.row.source for change in comparison.changes if change.figure.value})


def _few(counts: Mapping[FigureCode, int]) -> tuple[Telling, ...]:
    return tuple(Telling(code, count) for code, count in counts.items() if 0 < count < FEWEST_DEALS)
