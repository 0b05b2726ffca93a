"""Figures over random histories, against a reckoning of their own in plain Python.

Every cut adds up to its total, the rows that a process keeps are those of the database after whatever happens, and a figure as
known at a moment never changes afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

import pytest

from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day
from marketplace.payments.rules import MilestoneKind, ReceiptState
from marketplace.statistics.adding import cut, picked, total
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.freezing import current_rows
from marketplace.statistics.queries import Filter
from marketplace.statistics.rules import Figure, FigureCode, Period
from tests.figures import FigureWriter
from tests.personas import People

ALWAYS = Period(date(2025, 1, 1), date(2027, 12, 31))
COUNTIES = ("qingzhou", "shouguang", "gaomi", None)
STEPS = 30

Sums = dict[FigureCode, tuple[int, int, int]]


@dataclass
class Book:
    """What was written, as somebody with pencil and paper would keep it; a person is paid once in a year."""

    contracts: dict[int, int] = field(default_factory=dict)
    signed: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    royalties: list[int] = field(default_factory=list)
    costs: list[int] = field(default_factory=list)
    rewards: list[tuple[int, int]] = field(default_factory=list)
    paid: dict[int, tuple[str, int, int]] = field(default_factory=dict)

    def sums(self) -> Sums:
        """Value, number and whole of each figure that is about money."""
        payments = [fen for fen in self.received if fen > 0]
        fixed = sum(self.received) - sum(self.royalties)
        people = {(person, year) for person, year, _ in self.paid.values()}
        paid = sum(fen for _, _, fen in self.paid.values())
        return {
            FigureCode.A1: (sum(self.signed), len(self.contracts), 0),
            FigureCode.A4: (sum(self.received), len(payments), 0),
            FigureCode.A4R: (sum(self.royalties), len([fen for fen in self.royalties if fen > 0]), 0),
            FigureCode.A5: (sum(self.received) - sum(self.costs), len(payments), 0),
            FigureCode.A6: (paid, len(self.paid), 0),
            FigureCode.C4: (len(self.contracts), len(self.contracts), 0),
            FigureCode.C5: (fixed, len(self.contracts), sum(self.signed)),
            FigureCode.C6: (len(people), len(people), 0),
            FigureCode.C7: (
                sum(pool for _, pool in self.rewards),
                len(self.rewards),
                sum(net for net, _ in self.rewards),
            ),
        }


class History:
    """Does something by chance and keeps the book."""

    def __init__(self, writer: FigureWriter, clock: SetClock, rng: Random) -> None:
        self.writer, self.clock, self.rng, self.book = writer, clock, rng, Book()
        self.payments: list[tuple[int, int, int]] = []
        self.open_rewards: list[int] = []

    def step(self) -> None:
        """One event, some hours later."""
        self.clock.forward(hours=self.rng.randrange(5, 400))
        done = [self._contract]
        done += [self._terminate, self._receive, self._receive, self._pending] if self.book.contracts else []
        done += [self._refund, self._reward] if self.payments else []
        done += [self._pay, self._pay] if self.open_rewards else []
        done += [self._take_back] if self.book.paid else []
        self.rng.choice(done)()

    def _day(self) -> date:
        return china_day(self.clock.now()) - timedelta(days=self.rng.randrange(20))

    def _contract(self) -> None:
        number, fen = len(self.book.contracts) + 1, self.rng.randrange(10**9)
        self.writer.contract(number, self.rng.choice(COUNTIES), self.rng.choice(COUNTIES), self._day(), fen)
        self.book.contracts[number] = fen
        self.book.signed.append(fen)

    def _terminate(self) -> None:
        number = self.rng.choice(list(self.book.contracts))
        if self.book.contracts[number] > 0:
            less = -self.rng.randrange(1, self.book.contracts[number] + 1)
            self.writer.termination(number, self._day(), less)
            self.book.signed.append(less)
            self.book.contracts[number] = 0

    def _receive(self) -> None:
        number, fen = self.rng.choice(list(self.book.contracts)), self.rng.randrange(1, 10**8)
        is_royalty = self.rng.random() < 0.3
        kind = MilestoneKind.ROYALTY if is_royalty else MilestoneKind.FIXED
        receipt = self.writer.receipt(number, self._day(), fen, kind=kind)
        self.payments.append((number, receipt, fen))
        self.book.received.append(fen)
        self.book.royalties += [fen] if is_royalty else []

    def _pending(self) -> None:
        number = self.rng.choice(list(self.book.contracts))
        self.writer.receipt(number, self._day(), 7, state=ReceiptState.CONFIRMED)

    def _refund(self) -> None:
        number, payment, fen = self.rng.choice(self.payments)
        part = self.rng.randrange(1, fen + 1)
        self.writer.receipt(number, self._day(), part, refund_of=payment)
        self.book.received.append(-part)

    def _reward(self) -> None:
        number, payment, fen = self.payments.pop(self.rng.randrange(len(self.payments)))
        costs = self.rng.randrange(fen)
        net = fen - costs
        pool = self.rng.randrange(1, net + 1)
        self.open_rewards.append(self.writer.reward(number, payment, self._day(), costs, net, pool))
        self.book.costs.append(costs)
        self.book.rewards.append((net, pool))

    def _pay(self) -> None:
        people = self.writer.people
        user = self.rng.choice([people.worker.user_id, people.colleague.user_id, None])
        day, fen = self._day(), self.rng.randrange(1, 10**6)
        payout = self.writer.payout(self.rng.choice(self.open_rewards), day, fen, user, "李工")
        self.book.paid[payout] = (str(user), day.year, fen)

    def _take_back(self) -> None:
        payout = self.rng.choice(list(self.book.paid))
        self.writer.take_back(payout, china_day(self.clock.now()))
        del self.book.paid[payout]


def of(code: FigureCode, as_of: datetime) -> Filter:
    return Filter(DEFINITIONS[code], ALWAYS, as_of)


def totals(uow: UnitOfWork, as_of: datetime) -> Mapping[FigureCode, Figure]:
    return {code: total(uow, of(code, as_of)) for code in FigureCode}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_over_a_random_history(factory: UnitOfWorkFactory, people: People, clock: SetClock, seed: int) -> None:
    clock.at = datetime.fromisoformat("2025-11-20T03:00:00+00:00")
    history = History(FigureWriter(factory, people), clock, Random(seed))
    known: dict[datetime, Mapping[FigureCode, Figure]] = {}
    for step in range(STEPS):
        history.step()
        with factory.reading(people.city_official) as uow:
            now = clock.now()
            for code, sums in history.book.sums().items():
                found = total(uow, of(code, now))
                assert (found.value, found.count, found.whole) == sums, (step, code)
            for code in FigureCode:
                kept = sorted(picked(uow, of(code, now)).rows())
                assert kept == sorted(current_rows(uow.session, of(code, now))), (step, code)
                for dimension in DEFINITIONS[code].dimensions:
                    assert Figure.sum(cut(uow, of(code, now), dimension).values()) == total(uow, of(code, now))
            known[now] = totals(uow, now)
    with factory.reading(people.city_official) as uow:
        for moment, figures in known.items():
            assert totals(uow, moment) == figures, moment
