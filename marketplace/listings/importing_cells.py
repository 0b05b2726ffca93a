"""Reading one cell of an imported sheet: text, words, counties, days and amounts. Pure; knows no row and no database."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.money import parse_yuan
from marketplace.listings.importing_words import word_of
from marketplace.listings.rules import Way
from marketplace.organisations.regions import Region


@dataclass(frozen=True)
class Surroundings:
    """What a cell is read against: the region's counties and the Chinese day of the import."""

    region: Region
    today: date


@dataclass(frozen=True)
class Cell:
    """What stands in the cell, and the header above it, which may name a unit such as 万元."""

    text: str
    header: str
    surroundings: Surroundings


Reader = Callable[[Cell], object]

_BETWEEN = re.compile(r"\s*(?:-|－|—|–|~|～|至|到)+\s*")
_LIST = re.compile(r"[、,，;；/|\s]+")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:\s+\d.*)?")
_NO_WORD = {"", "无", "暂无", "/", "-", "—", "未填", "面议"}


def text_up_to(limit: int) -> Reader:
    """Text as it stands, of at most `limit` characters."""

    def read(cell: Cell) -> str:
        if len(cell.text) > limit:
            raise InvalidInput(
                N_("This text has %(length)s characters; at most %(limit)s fit."), length=len(cell.text), limit=limit
            )
        return cell.text

    return read


def line_up_to(limit: int) -> Reader:
    """The same, with line breaks and double spaces taken out."""
    read_text = text_up_to(limit)

    def read(cell: Cell) -> object:
        return read_text(Cell(" ".join(cell.text.split()), cell.header, cell.surroundings))

    return read


def word(enum: type[Labelled]) -> Reader:
    """One member of an enum, by any of its words; None where the cell says nothing."""

    def read(cell: Cell) -> Labelled | None:
        if cell.text in _NO_WORD:
            return None
        found = word_of(enum, cell.text)
        if found is None:
            raise InvalidInput(N_("“%(text)s” is no word we know for this."), text=cell.text[:40])
        return found

    return read


def ways(cell: Cell) -> list[str]:
    """Ways of cooperation, several in one cell, in the order of the law."""
    found = {word(Way)(Cell(part, cell.header, cell.surroundings)) for part in _LIST.split(cell.text)}
    return [way.value for way in Way if way in found]


def county(cell: Cell) -> str | None:
    """The code of a county; None is 未填."""
    if cell.text in _NO_WORD:
        return None
    region = cell.surroundings.region
    code = region.code_of(cell.text.removeprefix("山东省").removeprefix(f"{region.city}市"))
    if code is None:
        raise InvalidInput(
            N_("“%(text)s” is no county of %(city)s."), text=cell.text[:40], city=cell.surroundings.region.city
        )
    return code


def day(cell: Cell) -> date | None:
    """A day as 2027-06-30, 2027/6/30, 2027.6.30 or 2027年6月30日."""
    if cell.text in _NO_WORD:
        return None
    digits = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", cell.text) or _DAY.fullmatch(cell.text)
    try:
        found = date(*(int(part) for part in digits.groups())) if digits else None
    except ValueError:
        found = None
    if found is None:
        example = cell.surroundings.today.isoformat()  # A day that none of the columns refuses.
        raise InvalidInput(N_("“%(text)s” is no date. Write it as %(day)s."), text=cell.text[:40], day=example)
    return found


def day_ahead(cell: Cell) -> date | None:
    """A day that has not passed yet."""
    found = day(cell)
    if found is not None and found < cell.surroundings.today:
        raise InvalidInput(N_("This day has passed: %(day)s."), day=found.isoformat())
    return found


def amount(cell: Cell) -> int | None:
    """One amount in fen."""
    return None if cell.text in _NO_WORD else _fen(cell.text, cell.header)


def amounts(cell: Cell) -> tuple[int | None, int | None]:
    """A lowest and a highest amount in fen; one amount alone is the highest (10-20万, 50万, 不超过5万元)."""
    text = cell.text.removeprefix("不超过").removesuffix("以内").removesuffix("以下").strip()
    if text in _NO_WORD:
        return None, None
    parts = [part for part in _BETWEEN.split(text) if part]
    if len(parts) == 1:
        return None, _fen(parts[0], cell.header)
    if len(parts) != 2:
        raise InvalidInput(N_("“%(text)s” is no amount. Write it as 120000, 12万 or 10-20万."), text=text[:40])
    in_ten_thousands = "万" in parts[1]
    low = parts[0] if "万" in parts[0] or "元" in parts[0] or not in_ten_thousands else f"{parts[0]}万"
    lowest, highest = sorted((_fen(low, cell.header), _fen(parts[1], cell.header)))
    return lowest, highest


def _fen(text: str, header: str) -> int:
    """A bare number counts in the unit that the header names."""
    bare = not re.search("[万元]", text)
    return parse_yuan(f"{text}万" if bare and "万" in header else text)
