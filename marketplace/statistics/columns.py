"""The rows of a figure as columns of numbers: hundreds of thousands of them are filtered and added up in milliseconds.

Derived and never written anywhere. Whatever is added up here is added up over the very rows that a page then lists.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from marketplace.statistics.queries import FigureRow, Value
from marketplace.statistics.rules import Dimension, Figure, Period

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NO_DEAL = 0
_CODE = np.int32


@dataclass(frozen=True)
class Coded:
    """A dimension: each row's place in the list of values."""

    values: tuple[Value, ...]
    codes: npt.NDArray[np.int32]

    def equal(self, value: Value) -> Mask:
        """Rows that have this value."""
        place = self.values.index(value) if value in self.values else -1
        return np.equal(self.codes, place)


@dataclass(frozen=True)
class Columns:
    """Rows of one figure. A source is kept in two parts, its kind and its id; days and moments are numbers."""

    kinds: Coded
    numbers: Mapping[str, Numbers]
    dimensions: Mapping[Dimension, Coded]

    def __len__(self) -> int:
        return len(self.kinds.codes)

    def take(self, which: Mask | Numbers) -> "Columns":
        """Some of the rows, or all in another order."""
        return Columns(
            _taken(self.kinds, which),
            {name: numbers[which] for name, numbers in self.numbers.items()},
            {one: _taken(coded, which) for one, coded in self.dimensions.items()},
        )

    def dated_in(self, period: Period, as_of: datetime) -> Mask:
        """Rows of a period that were known at a moment."""
        dated, known_at = self.numbers["dated"], self.numbers["known_at"]
        in_period: Mask = (dated >= period.first.toordinal()) & (dated <= period.last.toordinal())
        return in_period & (known_at <= _number_of(as_of))

    def known_since(self, moment: datetime) -> Mask:
        """Rows that have come on record from a moment on: together they are what a figure has changed by."""
        known: Mask = self.numbers["known_at"] >= _number_of(moment)
        return known

    def but_for(self, deals: Collection[int]) -> "Columns":
        """The rows of other deals."""
        return self.take(~np.isin(self.numbers["deal"], list(deals)))

    def but_for_records(self, kind: str, ids: Collection[int]) -> "Columns":
        """The rows that rest on other records."""
        return self.take(~(self.kinds.equal(kind) & np.isin(self.numbers["id"], list(ids))))

    def total(self) -> Figure:
        """All rows together."""
        return Figure(*(int(self.numbers[name].sum()) for name in _SUMS))

    def totals_before(self, days: Sequence[date]) -> list[Figure]:
        """Of each day, all rows dated before it together."""
        order = np.argsort(self.numbers["dated"], kind="stable")
        places = np.searchsorted(self.numbers["dated"][order], [day.toordinal() for day in days])
        sums = [np.concatenate(([0], self.numbers[name][order].cumsum()))[places].tolist() for name in _SUMS]
        return [Figure(*of_day) for of_day in zip(*sums, strict=True)]

    def by(self, dimension: Dimension) -> dict[Value, Figure]:
        """The parts of the total by a dimension; what has no value stands under None."""
        return self._added(self.dimensions[dimension])

    def by_both(self, one: Dimension, other: Dimension) -> dict[Value, Figure]:
        """By one dimension, what has the same value in the other: the part that two cuts share."""
        first, second = self.dimensions[one], self.dimensions[other]
        place = {value: code for code, value in enumerate(second.values)}
        same = np.array([place.get(value, -1) for value in first.values], dtype=_CODE)
        return self.take(same[first.codes] == second.codes).by(one) if len(self) else {}

    def deals_by(self, dimension: Dimension) -> dict[Value, int]:
        """On how many deals the parts of a dimension rest; of rows without a deal, on how many rows."""
        coded = self.dimensions[dimension]
        of = np.where(self.numbers["deal"] == _NO_DEAL, -self.numbers["id"], self.numbers["deal"])
        codes = np.unique(np.stack((coded.codes.astype(np.int64), of)), axis=1)[0]
        used, deals = np.unique(codes, return_counts=True)
        return {coded.values[code]: number for code, number in zip(used.tolist(), deals.tolist(), strict=True)}

    def deals(self) -> list[int]:
        """The deals that they are of."""
        found: list[int] = np.unique(self.numbers["deal"]).tolist()
        return found

    def beyond(self, others: "Columns") -> Figure:
        """By how much the values of deals are more than those of the same deals in the others, and of how many deals they are."""
        deals = np.concatenate((self.numbers["deal"], others.numbers["deal"]))
        values = np.concatenate((self.numbers["value"], -others.numbers["value"]))
        _, places = np.unique(deals, return_inverse=True)
        rest = np.zeros(int(places.max(initial=-1)) + 1, np.int64)
        np.add.at(rest, places, values)
        return Figure(int(rest[rest > 0].sum()), int((rest > 0).sum()))

    def newest(self) -> npt.NDArray[np.int64]:
        """The places of the rows by day and record, the newest first."""
        order: npt.NDArray[np.int64] = np.lexsort((self.numbers["id"], self.kinds.codes, self.numbers["dated"]))
        return order[::-1]

    def latest(self, count: int) -> "Columns":
        """As many of the rows, those that came on record last first."""
        order = np.lexsort((self.numbers["id"], self.numbers["known_at"]))
        return self.take(order[::-1][:count])

    def rows(self) -> list[FigureRow]:
        """As rows again; for as many as are shown or written at a time."""
        columns = (self.numbers[name].tolist() for name in _NUMBERS)
        named = [(one.value, coded.values, coded.codes.tolist()) for one, coded in self.dimensions.items()]
        kinds = [self.kinds.values[code] for code in self.kinds.codes]
        return [
            FigureRow(
                f"{kind}:{id_}",
                deal or None,
                date.fromordinal(dated),
                _EPOCH + known_at * _MICROSECOND,
                value,
                whole,
                counted,
                {name: values[codes[place]] for name, values, codes in named},
            )
            for place, (kind, id_, deal, dated, known_at, value, whole, counted) in enumerate(
                zip(kinds, *columns, strict=True)
            )
        ]

    def _added(self, coded: Coded) -> dict[Value, Figure]:
        """Sums by code. Sums of whole numbers, for a float would lose fen."""
        count = len(coded.values)
        sums = [np.zeros(count, np.int64) for _ in _SUMS]
        for into, name in zip(sums, _SUMS, strict=True):
            np.add.at(into, coded.codes, self.numbers[name])
        used = np.unique(coded.codes)
        return {coded.values[code]: Figure(*(int(one[code]) for one in sums)) for code in used.tolist()}


_NUMBERS = ("id", "deal", "dated", "known_at", "value", "whole", "counted")
_SUMS = ("value", "counted", "whole")


def columns_of(dimensions: Sequence[Dimension], table: Sequence[Sequence[Any]]) -> Columns:
    """Columns from as many sequences: the kinds of the sources, what _NUMBERS names, and the dimensions in their order."""
    kinds, *rest = table or [()] * (1 + len(_NUMBERS) + len(dimensions))
    numbers = {name: np.array(column, np.int64) for name, column in zip(_NUMBERS, rest, strict=False)}
    coded = zip(dimensions, map(_coded, rest[len(_NUMBERS) :]), strict=True)
    return Columns(_coded(kinds), numbers, dict(coded))


def columns_of_rows(dimensions: Sequence[Dimension], rows: Sequence[FigureRow]) -> Columns:
    """Rows that were frozen as columns."""
    return columns_of(dimensions, list(zip(*(_plain(dimensions, row) for row in rows), strict=True)))


def _plain(dimensions: Sequence[Dimension], row: FigureRow) -> tuple[Any, ...]:
    kind, id_ = source_parts(row.source)
    known_at = _number_of(row.known_at)
    facts = (kind, id_, row.deal_id or _NO_DEAL, row.dated.toordinal(), known_at, row.value, row.whole, row.counted)
    return (*facts, *(row.dimensions.get(one) for one in dimensions))


def source_parts(source: str) -> tuple[str, int]:
    """The kind of a record and its id."""
    kind, _, id_ = source.partition(":")
    return kind, int(id_)


def joined(parts: Sequence[Columns]) -> Columns:
    """The rows of all of them, of one figure."""
    first = parts[0]
    return Columns(
        _joined([one.kinds for one in parts]),
        {name: np.concatenate([one.numbers[name] for one in parts]) for name in first.numbers},
        {name: _joined([one.dimensions[name] for one in parts]) for name in first.dimensions},
    )


def _taken(coded: Coded, which: Mask | Numbers) -> Coded:
    return Coded(coded.values, coded.codes[which])


def _joined(parts: Sequence[Coded]) -> Coded:
    place = {value: code for code, value in enumerate(dict.fromkeys(value for one in parts for value in one.values))}
    moved = [np.array([place[value] for value in one.values], dtype=_CODE)[one.codes] for one in parts if one.values]
    return Coded(tuple(place), np.concatenate(moved) if moved else np.zeros(0, _CODE))


def _coded(values: Sequence[Value]) -> Coded:
    place = {value: code for code, value in enumerate(dict.fromkeys(values))}
    return Coded(tuple(place), np.fromiter(map(place.__getitem__, values), _CODE, len(values)))


def _number_of(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
