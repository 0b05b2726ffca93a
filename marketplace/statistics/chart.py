"""The geometry of a bar chart drawn by the server as SVG. Values may be negative: a termination pulls a bar below zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from marketplace.statistics.definition import Definition
from marketplace.statistics.rules import Figure

FEN_PER_WAN = 1_000_000
WIDTH, HEIGHT = 720, 240
LEFT, BOTTOM, TOP = 8, 34, 22


@dataclass(frozen=True)
class Bar:
    """One bar in SVG units; `size` is what it stands for, `text` how that is written."""

    label: str
    size: Decimal
    text: str
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> int:
        """Where its texts are centred."""
        return self.x + self.width // 2


@dataclass(frozen=True)
class Chart:
    """A chart and the height of its zero line."""

    bars: tuple[Bar, ...]
    zero: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def bar_chart(values: Sequence[tuple[str, Decimal]]) -> Chart:
    """Bars for (label, size) in order, scaled so that the largest and the smallest fit; sizes with at most two decimals."""
    top = max((size for _, size in values), default=Decimal())
    top, bottom = max(top, Decimal()), min((size for _, size in values), default=Decimal())
    bottom = min(bottom, Decimal())
    span, room = (top - bottom) or Decimal(1), HEIGHT - TOP - BOTTOM
    zero = TOP + int(room * top / span)
    step = (WIDTH - 2 * LEFT) // max(len(values), 1)
    bars = []
    for place, (label, size) in enumerate(values):
        height = int(room * abs(size) / span)
        y = zero - height if size >= 0 else zero
        bars.append(Bar(label, size, _text(size), LEFT + place * step + step // 6, y, step * 2 // 3, height))
    return Chart(tuple(bars), zero)


def chart_of(definition: Definition, months: Sequence[tuple[str, Figure | None]]) -> Chart:
    """A figure by month: amounts in units of ten thousand yuan, shares in per cent."""
    return bar_chart([(month, _size(definition, figure)) for month, figure in months if figure is not None])


def _size(definition: Definition, figure: Figure) -> Decimal:
    if definition.is_share:
        share = figure.share or 0
        return Decimal(100 * share.numerator) / share.denominator
    return Decimal(figure.value) / (FEN_PER_WAN if definition.is_amount else 1)


def _text(size: Decimal) -> str:
    return f"{size.quantize(Decimal('0.01'), ROUND_HALF_UP):f}".rstrip("0").rstrip(".")
