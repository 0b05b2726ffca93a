"""The share that the law gives where nothing else is agreed (促进科技成果转化法 art. 45); dated, from `law.toml`. Pure."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

LAW = Path(__file__).with_name("law.toml")


@dataclass(frozen=True)
class Statutory:
    """From `since` on: a share of the net income in basis points, for which contracts, and whose minimum it is too."""

    since: date
    contract_types: frozenset[str]
    share_bp: int
    floor_for: frozenset[str]
    source: str
    quote: str


def statutory(contract_type: str, day: date) -> Statutory | None:
    """The default of the law for a contract whose money arrived on a day; None where the law names none."""
    known = [one for one in _read() if one.since <= day and contract_type in one.contract_types]
    return max(known, key=lambda one: one.since, default=None)


@lru_cache
def _read() -> tuple[Statutory, ...]:
    with LAW.open("rb") as file:
        rows = tomllib.load(file)["statutory"]
    sets = ("contract_types", "floor_for")
    return tuple(Statutory(**{**row, **{name: frozenset(row[name]) for name in sets}}) for row in rows)
