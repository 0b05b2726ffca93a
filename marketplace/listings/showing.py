"""How the value of a field is written for a reader, whatever field it is: for reviews and for what a change changes."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from marketplace.listings.content import typed
from marketplace.listings.models import Listing
from marketplace.listings.rules import Way
from marketplace.web.formats import NOTHING, day, label, money
from marketplace.web.regions import county_name


def shown(listing: Listing, field: str, value: Any, base_names: Mapping[int, str]) -> str:
    """The value as text; an empty one is a dash."""
    if value is None or value in ("", []):
        return NOTHING
    if field == "base_id":
        return base_names.get(value, NOTHING)
    if field in _WRITERS:
        return _WRITERS[field](value)
    exact = typed(type(listing), field, value)
    if field in listing.text_limits:
        return str(exact)
    return day(exact) if isinstance(exact, date) else label(exact)


def _ways(ways: list[str]) -> str:
    return "、".join(label(Way(way)) for way in ways)


def _indicators(rows: list[Mapping[str, str]]) -> str:
    return "\n".join(f"{row['name']}：{row['value']}" for row in rows)


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "county": county_name,
    "county_wanted": county_name,
    "ways": _ways,
    "indicators": _indicators,
    **dict.fromkeys(("price_fen", "benefit_fen", "budget_min_fen", "budget_max_fen"), money),
}
