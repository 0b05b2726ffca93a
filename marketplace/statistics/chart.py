"""The geometry of a bar chart drawn by the server as SVG. Amounts may be negative: a termination pulls a bar below zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

FEN_PER_WAN = 1_000_000
WIDTH, HEIGHT = 720, 240
LEFT, BOTTOM, TOP = 8, 34, 22


@dataclass(frozen=True)
class Bar:
    """One bar in SVG units; `fen` is what it stands for."""

    label: str
    fen: int
    x: int
    y: int
    width: int
    height: int

    @property
    def value(self) -> str:
        """The amount in units of ten thousand yuan, with at most two decimals."""
        return f"{Decimal(self.fen) / FEN_PER_WAN:.2f}".rstrip("0").rstrip(".")

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


def bar_chart(values: Sequence[tuple[str, int]]) -> Chart:
    """Bars for (label, fen) in order, scaled so that the largest and the smallest fit."""
    largest = max((fen for _, fen in values), default=0)
    top, bottom = max(largest, 0), min((fen for _, fen in values), default=0)
    bottom = min(bottom, 0)
    span, room = max(top - bottom, 1), HEIGHT - TOP - BOTTOM
    zero = TOP + room * top // span
    step = (WIDTH - 2 * LEFT) // max(len(values), 1)
    bars = []
    for place, (label, fen) in enumerate(values):
        height = room * abs(fen) // span
        y = zero - height if fen >= 0 else zero
        bars.append(Bar(label, fen, LEFT + place * step + step // 6, y, step * 2 // 3, height))
    return Chart(tuple(bars), zero)
