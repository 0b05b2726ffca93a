"""Figures over random histories, against a reckoning of their own in plain Python.

Every cut adds up to its total, the rows that a process keeps are those of the database after whatever happens, and a figure as
known at a moment never changes afterwards.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest
from sqlalchemy import String, case, cast, literal, null, select

from marketplace.contracts.models import Document
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.rules import MilestoneKind, ReceiptKind
from marketplace.rewards.models import Payout
from marketplace.statistics import amounts
from marketplace.statistics.adding import cut, picked, total
from marketplace.statistics.definitions import DEFINITIONS, VERSIONS
from marketplace.statistics.freezing import current_rows
from marketplace.statistics.queries import FigureRow, Filter
from marketplace.statistics.rows import Rows, along_receipt, facts, labelled, of_deal, source
from marketplace.statistics.rules import Dimension, Figure, FigureCode
from tests.figures import FigureWriter
from tests.histories import ALWAYS, History
from tests.personas import People

STEPS = 24


def of(code: FigureCode, as_of: datetime) -> Filter:
    return Filter(DEFINITIONS[code], ALWAYS, as_of)


def differing(history: History, rows_of: Callable[[FigureCode], list[FigureRow]]) -> set[FigureCode]:
    """Figures that come out otherwise than in the book: in sum, by month, or by the county of the seller."""
    wrong = set()
    for code, sums in history.book.sums().items():
        rows = rows_of(code)
        found = Figure.sum(row.figure for row in rows)
        if (found.value, found.count, found.whole) != sums:
            wrong.add(code)
        for kept, dimension in ((history.book.dated, Dimension.MONTH), (history.book.sold, Dimension.SELLER)):
            if code in kept:
                parts: Counter[object] = Counter()
                for row in rows:
                    parts[row.dimensions[dimension.value]] += row.value
                if {value: fen for value, fen in parts.items() if fen} != {
                    v: fen for v, fen in kept[code].items() if fen
                }:
                    wrong.add(code)
    return wrong


def totals(uow: UnitOfWork, as_of: datetime) -> Mapping[FigureCode, Figure]:
    return {code: total(uow, of(code, as_of)) for code in FigureCode}


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_over_a_random_history(factory: UnitOfWorkFactory, people: People, clock: SetClock, seed: int) -> None:
    clock.at = datetime.fromisoformat("2025-11-20T03:00:00+00:00")
    history = History(FigureWriter(factory, people), clock, Random(seed))
    known: dict[datetime, Mapping[FigureCode, Figure]] = {}
    for step in range(STEPS):
        history.step()
        with factory.reading(people.city_official) as uow:
            now = clock.now()
            current = {code: current_rows(uow.session, of(code, now)) for code in FigureCode}
            assert differing(history, current.__getitem__) == set(), step
            for code in FigureCode:
                kept = sorted(picked(uow, of(code, now)).rows())
                assert kept == current[code], (step, code)
                for dimension in DEFINITIONS[code].dimensions:
                    assert Figure.sum(cut(uow, of(code, now), dimension).values()) == total(uow, of(code, now))
            known[now] = totals(uow, now)
    with factory.reading(people.city_official) as uow:
        for moment, figures in known.items():
            assert totals(uow, moment) == figures, moment


def _without_corrections(row: FigureRow) -> FigureRow | None:
    return None if row.value < 0 or row.whole < 0 else row


def _corrections_counted(row: FigureRow) -> FigureRow:
    return row._replace(counted=1)


def _dated_when_recorded(row: FigureRow) -> FigureRow:
    return row._replace(dimensions={**row.dimensions, "month": f"{row.known_at:%Y-%m}"})


def _counties_swapped(row: FigureRow) -> FigureRow:
    return row._replace(dimensions={**row.dimensions, "seller": row.dimensions["buyer"]})


ROW_BY_ROW: dict[str, tuple[Callable[[FigureRow], FigureRow | None], set[FigureCode]]] = {
    "corrections are left out": (
        _without_corrections,
        {FigureCode.A1, FigureCode.A4, FigureCode.A4R, FigureCode.A5, FigureCode.A6, FigureCode.C5},
    ),
    "corrections are counted": (
        _corrections_counted,
        {FigureCode.A1, FigureCode.A4, FigureCode.A5, FigureCode.A6, FigureCode.C5},
    ),
    "dated when recorded": (_dated_when_recorded, {FigureCode.A1, FigureCode.A4, FigureCode.A6}),
    "counties swapped": (_counties_swapped, {FigureCode.A1, FigureCode.A4, FigureCode.A6}),
}


def _definitions_broken() -> dict[str, tuple[FigureCode, Callable[[], Rows]]]:
    """Rules of the definitions, each left out once."""
    paid = select(*facts(source("payout", Payout.id), None, Payout.paid_on, Payout.recorded_at, 1))
    payouts = paid.add_columns(
        *(cast(null(), String).label(one.value) for one in DEFINITIONS[FigureCode.C6].dimensions)
    )
    fixed = amounts.receipts().where(Milestone.kind == MilestoneKind.FIXED)
    return {
        "a payment counts before it is verified": (FigureCode.A4, _reported),
        "royalties are all receipts": (FigureCode.A4R, amounts.receipts),
        "what is received is fixed amounts alone": (FigureCode.A4, lambda: fixed),
        "net income without costs": (FigureCode.A5, amounts.receipts),
        "the registered total with equipment is technology": (FigureCode.A3, amounts.registered_totals),
        "each contract converts a result": (FigureCode.C4, lambda: _with_value_one(amounts.contracts())),
        "each payout is a person": (FigureCode.C6, lambda: payouts),
    }


def _reported() -> Rows:
    """What was only reported, too."""
    fen = case((Receipt.kind == ReceiptKind.PAYMENT, Receipt.fen), else_=-Receipt.fen)
    counted = case((Receipt.kind == ReceiptKind.PAYMENT, 1), else_=0)
    named = source("receipt", Receipt.id)
    columns = facts(named, Receipt.deal_id, Receipt.received_on, Receipt.reported_at, fen, counted=counted)
    dimensions = labelled(of_deal(Receipt.received_on, Document.contract_type, Document.basis))
    return along_receipt(select(*columns, *dimensions))


def _with_value_one(rows: Rows) -> Rows:
    of = rows.subquery().c
    columns = [of[name] for name in VERSIONS[FigureCode.C4, 1].columns]
    return select(*(literal(1).label("value") if one.name == "value" else one for one in columns)).where(
        of.counted == 1
    )


def test_a_definition_that_is_broken_is_found(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    """Each rule is broken on purpose, one at a time, and the book finds out."""
    clock.at = datetime.fromisoformat("2025-11-20T03:00:00+00:00")
    history = History(FigureWriter(factory, people), clock, Random(5))
    for _ in range(50):
        history.step()
    with factory.reading() as uow:
        now, session = clock.now(), uow.session
        rows = {code: current_rows(session, of(code, now)) for code in FigureCode}
        assert differing(history, rows.__getitem__) == set()
        for name, (broken, codes) in ROW_BY_ROW.items():
            for code in codes:
                changed = {**rows, code: [one for one in map(broken, rows[code]) if one is not None]}
                assert differing(history, changed.__getitem__) == {code}, (name, code)
        for name, (code, broken_rows) in _definitions_broken().items():
            wanted = replace(of(code, now), definition=replace(VERSIONS[code, 1], rows=broken_rows))
            found = {**rows, code: current_rows(session, replace(wanted, as_of=datetime.max.replace(tzinfo=UTC)))}
            assert differing(history, found.__getitem__) == {code}, name
