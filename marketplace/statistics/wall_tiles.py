"""How the figures on the wall are written: large, apart from their unit, and with what they have changed by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from flask import url_for
from flask_babel import get_locale

from marketplace.kernel.money import CENT
from marketplace.statistics.chart import FEN_PER_WAN
from marketplace.statistics.desk import Part
from marketplace.statistics.lately import Lately
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.wall import TREND, Wall
from marketplace.web.formats import number, wan
from marketplace.web.locale import gettext

_LARGE: Mapping[str, tuple[int, int, Decimal, str]] = {
    "zh": (100_000_000_000, 10_000_000_000, CENT, "亿元"),
    "en": (100_000, 100_000_000, Decimal("0.001"), "million"),
}
"""From how many fen on an amount is written in a larger unit, how many fen that is, to what it is rounded, and its name: a tile
holds nine digits, and in English tells what stands in the columns beside it."""


_COLUMNS: Mapping[str, tuple[int, Decimal, str]] = {
    "zh": (FEN_PER_WAN, CENT, "万元"),
    "en": (100_000_000, Decimal("0.001"), "million yuan"),
}
"""How many fen the unit of a column is, to what it is rounded, and its name."""


@dataclass(frozen=True)
class Tile:
    """One figure: its number apart from its unit, what it has changed by, and where its rows and the new ones are."""

    code: FigureCode
    number: str
    unit: str
    change: str
    url: str
    change_url: str


def tiles(wall: Wall) -> Mapping[str, Tile]:
    """By the code of the figure; `contracts` is how many the signed amount comes from."""
    found = {code.value: _tile(one, wall) for code, one in wall.figures.items()}
    signed = wall.figures[FigureCode.A1]
    return found | {"contracts": _written(signed, wall, number, signed.total.count, signed.change.count)}


def column_unit() -> str:
    """What amounts in columns and in the chart are counted in, in the reader's language: the same as on the tiles."""
    return _COLUMNS[get_locale().language][2]


def in_unit(fen: int) -> str:
    """An amount for columns whose head names the unit."""
    unit, step, _name = _COLUMNS[get_locale().language]
    return f"{(Decimal(fen) / unit).quantize(step, ROUND_HALF_UP):,f}" if fen else "0"


def chart(wall: Wall) -> Mapping[str, object]:
    """Months and their amounts in the unit of the columns, as text: they are drawn, not reckoned with."""
    series = [
        {
            "name": gettext(code.label),
            "amounts": [_drawn(line.parts[place]) for line in wall.months],
        }
        for place, code in enumerate(TREND)
    ]
    return {"months": [str(int(str(line.name)[-2:])) for line in wall.months], "series": series}


def _drawn(part: Part) -> str | None:
    """Nothing is drawn where the part is too small to be shown."""
    return None if part is None else f"{Decimal(part.value) / _COLUMNS[get_locale().language][0]:f}"


def _tile(one: Lately, wall: Wall) -> Tile:
    write = _spoken if one.definition.is_amount else number
    return _written(one, wall, write, one.total.value, one.change.value)


def _written(one: Lately, wall: Wall, write: Callable[[int], str], value: int, change: int) -> Tile:
    written, _space, unit = write(value).partition(" ")
    url = url_for("statistics.rows", figure=one.code.value)
    change_url = url_for("statistics.rows", figure=one.code.value, since=wall.since.isoformat())
    return Tile(one.code, written, unit, _changed(write(change), change), url, change_url)


def _changed(written: str, change: int) -> str:
    if not change:
        return gettext("no change in 7 days")
    return gettext("%(change)s in 7 days", change=f"+{written}" if change > 0 else written)


def _spoken(fen: int) -> str:
    large, unit, step, name = _LARGE[get_locale().language]
    if abs(fen) < large:
        return wan(fen)
    sign = "¥" if name == "million" else ""
    return f"{'-' if fen < 0 else ''}{sign}{(Decimal(abs(fen)) / unit).quantize(step, ROUND_HALF_UP):,f} {name}"
