"""What a figure is: its words, its rows in SQL, its unit, by which day it counts, and how it may be cut."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from marketplace.kernel.messages import N_
from marketplace.statistics.rows import DEAL_DIMENSIONS, FACTS, Rows
from marketplace.statistics.rules import Dimension, FigureCode, Period, Span, Unit


@dataclass(frozen=True)
class Definition:
    """A figure. `heard` are the events that may change its rows. `counted` is what one row is called, `taken_off` one that
    corrects; `whole` what a share is a share of."""

    code: FigureCode
    version: int
    unit: Unit
    formula: str
    dated_by: str
    counted: str
    rows: Callable[[], Rows]
    heard: frozenset[str]
    dimensions: tuple[Dimension, ...] = DEAL_DIMENSIONS
    taken_off: str = N_("Correction")
    whole: str = ""
    across_deals: bool = False
    """Whether a row of one deal depends on others."""
    is_stock: bool = False
    """Whether it says how things stand at the end of a day: all rows until then count, whenever the period began."""

    stands_alone: bool = False
    """Whether other figures tell nothing of its parts: what it hides in public they may show."""
    above_whole: str = ""
    """Why a share may be more than all there is, where that is no mistake."""
    span: Span = Span.MONTH
    """How it is shown over time unless somebody asks otherwise."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its rows, in their order."""
        return (*FACTS, *(one.value for one in self.dimensions))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of its words, unit and dimensions: whoever changes one of them without a new version is found out by every
        snapshot."""
        said = (self.code.value, self.version, self.unit.value, self.formula, self.dated_by, *self.columns)
        said += ("stock",) if self.is_stock else ()
        return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()

    def days_of(self, period: Period) -> Period:
        """The days whose rows count in a period: of a stock all until its last."""
        return period.until_its_end() if self.is_stock else period

    @property
    def is_share(self) -> bool:
        """A quotient of two sums."""
        return self.unit in {Unit.SHARE_OF_COUNT, Unit.SHARE_OF_FEN}

    @property
    def is_dated_by_year(self) -> bool:
        """Its rows are dated by the last day of a calendar year: before that day there are none."""
        return self.span is Span.YEAR

    @property
    def is_amount(self) -> bool:
        """Its value is in fen."""
        return self.unit in {Unit.FEN, Unit.SHARE_OF_FEN}
