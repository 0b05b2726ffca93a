"""Puts the tables of the desk together from the queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.contracts.rules import Basis
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.listings.rules import Industry
from marketplace.statistics import queries
from marketplace.statistics.queries import Figure, Filter
from marketplace.statistics.rules import Dimension

NOTHING = Figure()


@dataclass(frozen=True)
class CountyRow:
    """One county: what it sold, what it bought, and the part that did both. `county` is None for 未填."""

    county: str | None
    sold: Figure
    bought: Figure
    within: Figure


@dataclass(frozen=True)
class Desk:
    """All tables of one rung in one period. `total` counts every deal once: the city's line."""

    wanted: Filter
    total: Figure
    counties: tuple[CountyRow, ...]
    industries: tuple[tuple[Industry | None, Figure], ...]
    months: tuple[tuple[str, Figure], ...]
    bases: tuple[tuple[Basis, Figure], ...]

    @property
    def within(self) -> Figure:
        """What stayed inside one county, over all counties."""
        return Figure(sum(row.within.fen for row in self.counties), sum(row.within.count for row in self.counties))


def build_desk(uow: UnitOfWork, wanted: Filter, counties: Sequence[str]) -> Desk:
    """Compute every table; counties come in their official order, those without a deal as zero, 未填 last."""
    sold, bought = (queries.cut(uow, wanted, dimension) for dimension in (Dimension.SELLER, Dimension.BUYER))
    within = queries.within(uow, wanted)
    industries = queries.cut(uow, wanted, Dimension.INDUSTRY)
    months = queries.cut(uow, wanted, Dimension.MONTH)
    bases = queries.cut(uow, wanted, Dimension.BASIS)
    known: list[str | None] = [*counties, *sorted((set(sold) | set(bought)) - {*counties, None}, key=str)]
    if None in sold or None in bought:
        known.append(None)
    return Desk(
        wanted=wanted,
        total=queries.total(uow, wanted),
        counties=tuple(
            CountyRow(c, sold.get(c, NOTHING), bought.get(c, NOTHING), within.get(c, NOTHING)) for c in known
        ),
        industries=tuple(
            (Industry(code) if code else None, figure)
            for code, figure in sorted(industries.items(), key=lambda item: (-item[1].fen, str(item[0])))
        ),
        months=tuple((month, months.get(month, NOTHING)) for month in wanted.period.months()),
        bases=tuple((basis, bases.get(basis.value, NOTHING)) for basis in Basis),
    )
