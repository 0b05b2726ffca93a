"""Reads the rows of a figure from the database as columns.

A chunk at a time, and with days and moments as numbers, which is what the columns hold: all rows of a large city as objects would
take a gigabyte.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, false, func, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import functions
from sqlalchemy.sql.compiler import SQLCompiler

from marketplace.statistics.columns import Columns, columns_of, joined, source_parts
from marketplace.statistics.definition import Definition
from marketplace.statistics.rows import FACTS, Rows

CHUNK = 20_000
"""Rows that are turned into columns at a time."""


class day_number(functions.GenericFunction[Any]):  # noqa: N801 - a function of SQL is written like one
    """A day as Python counts them: 1 January of year 1 is 1."""

    type = Integer()
    inherit_cache = True


@compiles(day_number, "sqlite")
def _day_number_sqlite(element: day_number, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **options)}) - 1721424.5 AS INTEGER)"


@compiles(day_number, "postgresql")
def _day_number_postgresql(element: day_number, compiler: SQLCompiler, **options: Any) -> str:
    return f"(({compiler.process(element.clauses, **options)}) - DATE '0001-01-01' + 1)"


class moment_number(functions.GenericFunction[Any]):  # noqa: N801 - a function of SQL is written like one
    """A UTC moment as microseconds since 1970."""

    type = BigInteger()
    inherit_cache = True


@compiles(moment_number, "sqlite")
def _moment_number_sqlite(element: moment_number, compiler: SQLCompiler, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    # SQLite knows but milliseconds; the six decimals that are kept are read as what they are.
    return f"(unixepoch(substr({moment}, 1, 19)) * 1000000 + CAST(substr({moment}, 21, 6) AS INTEGER))"


@compiles(moment_number, "postgresql")
def _moment_number_postgresql(element: moment_number, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(extract(epoch FROM {compiler.process(element.clauses, **options)}) * 1000000 AS BIGINT)"


@dataclass(frozen=True)
class Touched:
    """Which rows may have changed: those of some deals, and those that rest on some records, such as `result:7`."""

    deals: Collection[int] = ()
    sources: Collection[str] = ()

    def __bool__(self) -> bool:
        return bool(self.deals or self.sources)

    def __len__(self) -> int:
        return len(self.deals) + len(self.sources)


def numbered(definition: Definition, touched: Touched | None = None) -> Rows:
    """The SELECT of a figure's rows, all or those that were touched, with numbers for days and moments."""
    statement, deal_id, source = _numbered(definition)
    if touched is None:
        return statement
    return statement.where(
        or_(
            deal_id.in_(touched.deals) if touched.deals else false(),
            source.in_(touched.sources) if touched.sources else false(),
        )
    )


@lru_cache(maxsize=256)  # To put it together takes longer than most databases need to answer it.
def _numbered(definition: Definition) -> tuple[Rows, ColumnElement[Any], ColumnElement[Any]]:
    """All rows, and by which columns those that were touched are found."""
    rows = definition.rows().subquery().c
    facts = {name: rows[name] for name in FACTS} | {
        "deal_id": func.coalesce(rows.deal_id, 0),
        "dated": day_number(rows.dated),
        "known_at": moment_number(rows.known_at),
    }
    statement = select(*facts.values(), *(rows[one.value] for one in definition.dimensions))
    return statement, rows.deal_id, rows.source


def read(session: Session, definition: Definition, touched: Touched | None = None) -> Columns:
    """All rows of a figure as they are now, or those that were touched."""
    found = session.connection().execute(numbered(definition, touched), execution_options={"yield_per": CHUNK})
    parts = [_columns(definition, rows) for rows in found.partitions()]
    return joined(parts) if parts else columns_of(definition.dimensions, ())


def _columns(definition: Definition, rows: Sequence[Sequence[Any]]) -> Columns:
    sources, *rest = zip(*rows, strict=True)
    kinds, ids = zip(*map(source_parts, sources), strict=True)
    return columns_of(definition.dimensions, (kinds, ids, *rest))
