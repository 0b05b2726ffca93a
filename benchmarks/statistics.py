"""Measure the desk of figures on years of deals: every page over HTTP, and the export of all rows.

    python -m benchmarks.statistics --deals 200000 [20000 …] [--database-url URL]

Makes an instance with so many deals in five years, in a scratch folder, or in the empty database of the URL (PostgreSQL).
Prints one JSON object: the figures of the largest size at the top, those of each size under "growth". Beside the desk stands
what one would write first, a query for each table, taken in turns with it.
"""

import argparse
import json
import os
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sqlalchemy import func, select, text

from benchmarks.figures.crowd import FIRST
from benchmarks.figures.years import write_years
from benchmarks.searching.market import OFFICIAL
from benchmarks.searching.timing import interleaved, ratio, summary
from benchmarks.searching.visitor import Visitor, serving
from marketplace.app import build_runtime, create_app
from marketplace.deals.events import DealMoved
from marketplace.demo.load import load
from marketplace.demo.story import read_story
from marketplace.infra import schema
from marketplace.infra.database import Base
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import SystemClock, china_day
from marketplace.kernel.events import Event
from marketplace.payments.events import ReceiptMoved
from marketplace.settings import Settings
from marketplace.statistics import row_queries
from marketplace.statistics.adding import picked
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.desk import arrange
from marketplace.statistics.export import workbook
from marketplace.statistics.queries import Filter, chosen
from marketplace.statistics.rules import WIDE, FigureCode, Period, year_to
from marketplace.statistics.store import keep
from marketplace.targets.keeping import prepare
from marketplace.upkeep import count_rows
from marketplace.web.context import Runtime

RUNS = 20
Report = dict[str, Any]


def pages(today: date) -> dict[str, str]:
    """The desk's pages by the names they have in the report."""
    five_years = f"from={today.replace(day=1, year=today.year - 5)}&to={today}"
    found = {f"desk {code.value}": f"/desk?figure={code.value}" for code in FigureCode}
    return found | {
        "desk A1, five years": f"/desk?figure=A1&{five_years}",
        "rows A1": "/desk/rows?figure=A1",
        "rows A4, one county": "/desk/rows?figure=A4&seller=qingzhou",
        "rows A1, five years, page 100": f"/desk/rows?figure=A1&page=100&{five_years}",
        "sellers A4": "/desk/organisation?figure=A4",
        "official's home": "/",
        "what has changed": "/desk/changes",
        "wall": "/wall",
        "targets": "/targets",
        "overdue": "/review/overdue",
    }


def measured(deals: int, settings: Settings) -> Report:
    """The report of one size."""
    begun = time.perf_counter()
    runtime = _filled(deals, settings)
    _say(f"{deals} deals in {time.perf_counter() - begun:.0f} s")
    report = _report(deals, runtime, settings)
    runtime.factory.engine.dispose()
    return report


def _report(deals: int, runtime: Runtime, settings: Settings) -> Report:
    begun = time.perf_counter()
    with runtime.factory.reading() as uow:
        keep(uow)  # As the worker does: all rows are read once, and kept in files.
        prepare(uow)
    report: Report = {"deals": deals, "database": runtime.factory.engine.name}
    report["all_rows_read_s"] = round(time.perf_counter() - begun, 1)
    report["pages"], report["after_a_change"] = _pages(runtime, settings)
    report["instead"] = _instead(runtime)
    report["export"] = _export(settings)
    return report


def _filled(deals: int, settings: Settings) -> Runtime:
    if settings.database_url:
        _empty(settings)
    schema.upgrade(settings.database)
    runtime = build_runtime(settings, SystemClock())
    load(runtime.factory, story=read_story().cast())
    with runtime.factory.writing() as uow:
        write_years(uow.session, deals, china_day(uow.now()))
    with runtime.factory.writing() as uow:
        count_rows(uow)  # As the worker does.
    if settings.database_url:  # It would do so by itself within a minute.
        with runtime.factory.engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
    return runtime


def _empty(settings: Settings) -> None:
    engine = build_runtime(settings, SystemClock()).factory.engine
    Base.metadata.drop_all(engine)
    schema.forget(engine)
    engine.dispose()


def _pages(runtime: Runtime, settings: Settings) -> tuple[Report, Report]:
    """Each page asked for again and again, and some figures each time after something that changes their rows."""
    more = {"JIANGGUO_WORKER_IN_PROCESS": "false", "JIANGGUO_DATABASE_URL": settings.database_url}
    with serving(settings.data_dir, settings=more) as server:
        visitor = Visitor(server.port)
        visitor.sign_in(OFFICIAL)
        found = {}
        for name, path in pages(china_day(datetime.now(UTC))).items():
            # The first who asks for a figure after a start waits until its file is opened.
            first = _milliseconds(visitor, path)
            found[name] = {"first_ms": round(first), **summary([_milliseconds(visitor, path) for _ in range(RUNS)])}
            _say(f"{name}: {found[name]}")
        changed = {}
        for name, (path, moved) in AFTER.items():
            times = []
            for number in range(RUNS):
                with runtime.factory.writing() as uow:
                    uow.emit(moved(FIRST + number))
                times.append(_milliseconds(visitor, path))
            changed[name] = summary(times)
            _say(f"{name} after a change: {changed[name]}")
    return found, changed


def _performed(number: int) -> Event:
    return DealMoved(number, "perform", "in_force", "performing")


def _received(number: int) -> Event:
    return ReceiptMoved(2 * number, number, "payment", "verify", 1)


AFTER: Mapping[str, tuple[str, Callable[[int], Event]]] = {
    "desk A1": ("/desk?figure=A1", _performed),
    "desk A4": ("/desk?figure=A4", _received),
    "desk C4": ("/desk?figure=C4", _performed),
    "desk C10": ("/desk?figure=C10", _received),
    "desk C11": ("/desk?figure=C11", _performed),
    "official's home": ("/", _received),
    "targets": ("/targets", _received),
    "overdue": ("/review/overdue", _received),
}
"""Pages that are asked for after an event about a deal, whose figures' rows are read again then."""


def _milliseconds(visitor: Visitor, path: str) -> float:
    begun = time.perf_counter()
    visitor.get(path)
    return (time.perf_counter() - begun) * 1_000


def _instead(runtime: Runtime) -> Report:
    """The numbers of the desk from the rows this process keeps, and by a query for each table. The first time reads them."""
    with runtime.factory.reading() as uow:
        wanted = Filter(DEFINITIONS[FigureCode.A1], year_to(china_day(uow.now())), uow.now())
        begun = time.perf_counter()
        _ours(uow, wanted)
        first = time.perf_counter() - begun
        times = interleaved(
            {"ours": lambda _: _ours(uow, wanted), "a_query_per_table": lambda _: _by_queries(uow, wanted)},
            range(RUNS),
            {"a_query_per_table": 5},
        )
    taken = {name: summary(each) for name, each in times.items()}
    return {"first_ms": round(first * 1_000), **taken, "ratio": ratio(times["ours"], times["a_query_per_table"])}


def _ours(uow: UnitOfWork, wanted: Filter) -> None:
    arrange(wanted.definition, wanted.period, picked(uow, wanted), ())


def _by_queries(uow: UnitOfWork, wanted: Filter) -> None:
    """What one would write first: GROUP BY for each table of the page."""
    for dimension in wanted.definition.dimensions:
        if dimension not in WIDE:
            rows = chosen(wanted).subquery()
            key = rows.c[dimension.value]
            uow.session.execute(select(key, func.sum(rows.c.value), func.sum(rows.c.counted)).group_by(key)).all()


def _export(settings: Settings) -> Report:
    """All rows of five years of contracts as a workbook: rows in a second, and the most memory Python's objects took."""
    app = create_app(settings.model_copy(update={"worker_in_process": False}))
    runtime: Runtime = app.extensions["jiangguo"]
    with app.test_request_context(), runtime.factory.reading() as uow, tempfile.TemporaryFile() as file:
        today = china_day(uow.now())
        wanted = Filter(DEFINITIONS[FigureCode.A1], Period(date(today.year - 5, 1, 1), today), uow.now())
        columns = picked(uow, wanted)
        desk = arrange(wanted.definition, wanted.period, columns, ())
        begun = time.perf_counter()
        first_block_s = 0.0
        for block in workbook(wanted, desk, row_queries.each(uow.session, columns)):
            first_block_s = first_block_s or time.perf_counter() - begun
            file.write(block)
        seconds = time.perf_counter() - begun
        file.seek(0)
        assert ZipFile(file).testzip() is None
        tracemalloc.start()
        for block in workbook(wanted, desk, row_queries.each(uow.session, columns)):
            del block
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    runtime.factory.engine.dispose()
    return {
        "rows": len(columns),
        "rows_per_s": round(len(columns) / seconds),
        "first_block_ms": round(first_block_s * 1_000),
        "peak_mb": round(peak / 2**20, 1),
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each size, the smallest first, and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deals", type=int, nargs="+", default=[200_000])
    parser.add_argument("--database-url", default="")
    asked = parser.parse_args(arguments)
    growth = []
    for deals in sorted(asked.deals):
        with ExitStack() as until_the_end:
            folder = until_the_end.enter_context(tempfile.TemporaryDirectory())
            settings = Settings(data_dir=Path(folder), database_url=asked.database_url, rate_limit="")
            growth.append(measured(deals, settings))
    print(json.dumps({**growth[-1], "cores": os.cpu_count(), "growth": growth}, ensure_ascii=False))


if __name__ == "__main__":
    main()
