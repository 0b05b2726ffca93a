"""Random histories of deals, and the book that somebody with pencil and paper would keep of them."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from marketplace.kernel.clock import SetClock, china_day
from marketplace.payments.rules import MilestoneKind, ReceiptState
from marketplace.registrations.rules import RecordKind
from marketplace.statistics.rules import FigureCode, Period
from tests.figures import FigureWriter

ALWAYS = Period(date(2025, 1, 1), date(2027, 12, 31))
COUNTIES = ("qingzhou", "shouguang", "gaomi", None)
Sums = dict[FigureCode, tuple[int, int, int]]


@dataclass
class Book:
    """What was written, as somebody with pencil and paper would keep it; a person is paid once in a year."""

    contracts: dict[int, int] = field(default_factory=dict)
    results: dict[int, int] = field(default_factory=dict)
    sellers: dict[int, str | None] = field(default_factory=dict)
    registered: dict[int, tuple[int, int]] = field(default_factory=dict)
    signed: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    dated: dict[FigureCode, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sold: dict[FigureCode, Counter[str | None]] = field(default_factory=lambda: defaultdict(Counter))
    royalties: list[int] = field(default_factory=list)
    costs: list[int] = field(default_factory=list)
    rewards: list[tuple[int, int]] = field(default_factory=list)
    paid: dict[int, tuple[str, int, int]] = field(default_factory=dict)

    def write(self, code: FigureCode, number: int, day: date, fen: int) -> None:
        """An amount of a deal, by the month of its day and the county of its seller."""
        self.dated[code][f"{day:%Y-%m}"] += fen
        self.sold[code][self.sellers[number]] += fen

    def sums(self) -> Sums:
        """Value, number and whole of each figure that is about money."""
        payments = [fen for fen in self.received if fen > 0]
        fixed = sum(self.received) - sum(self.royalties)
        people = {(person, year) for person, year, _ in self.paid.values()}
        paid = sum(fen for _, _, fen in self.paid.values())
        converted = len(set(self.results.values()))
        return {
            FigureCode.A1: (sum(self.signed), len(self.contracts), 0),
            FigureCode.A2: (sum(a2 for a2, _ in self.registered.values()), len(self.registered), 0),
            FigureCode.A3: (sum(a3 for _, a3 in self.registered.values()), len(self.registered), 0),
            FigureCode.A4: (sum(self.received), len(payments), 0),
            FigureCode.A4R: (sum(self.royalties), len([fen for fen in self.royalties if fen > 0]), 0),
            FigureCode.A5: (sum(self.received) - sum(self.costs), len(payments), 0),
            FigureCode.A6: (paid, len(self.paid), 0),
            FigureCode.C4: (converted, converted, 0),
            FigureCode.C5: (fixed, len(self.contracts), sum(self.signed)),
            FigureCode.C6: (len(people), len(people), 0),
            FigureCode.C8: (len(self.registered), len(self.contracts), len(self.contracts)),
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
        self.payments: list[tuple[int, int, int, MilestoneKind]] = []
        self.open_rewards: list[tuple[int, int]] = []
        self.deal_of: dict[int, int] = {}

    def step(self) -> None:
        """One event, some hours later."""
        self.clock.forward(hours=self.rng.randrange(5, 400))
        done = [self._contract]
        done += (
            [self._terminate, self._receive, self._receive, self._pending, self._register]
            if self.book.contracts
            else []
        )
        done += [self._change] if self.book.registered else []
        done += [self._refund, self._reward] if self.payments else []
        done += [self._pay, self._pay] if self.open_rewards else []
        done += [self._take_back] if self.book.paid else []
        self.rng.choice(done)()

    def _day(self) -> date:
        return china_day(self.clock.now()) - timedelta(days=self.rng.randrange(20))

    def _contract(self) -> None:
        number, fen, day = len(self.book.contracts) + 1, self.rng.randrange(10**9), self._day()
        seller, buyer = self.rng.choice(COUNTIES), self.rng.choice(COUNTIES)
        again = self.rng.choice([None, *self.book.contracts])
        self.writer.contract(number, seller, buyer, day, fen, same_result_as=again)
        self.book.contracts[number], self.book.sellers[number] = fen, seller
        self.book.results[number] = self.book.results.get(again or 0, number)
        self.book.signed.append(fen)
        self.book.write(FigureCode.A1, number, day, fen)

    def _terminate(self) -> None:
        number = self.rng.choice(list(self.book.contracts))
        if self.book.contracts[number] > 0:
            less, day = -self.rng.randrange(1, self.book.contracts[number] + 1), self._day()
            self.writer.termination(number, day, less)
            self.book.signed.append(less)
            self.book.write(FigureCode.A1, number, day, less)
            self.book.contracts[number] = 0

    def _register(self) -> None:
        unregistered = set(self.book.contracts) - set(self.writer.registrations)
        if unregistered:
            number, a2 = self.rng.choice(sorted(unregistered)), self.rng.randrange(1, 10**8)
            a3 = self.rng.randrange(a2 + 1)
            self.writer.registration(number, self._day(), a2, a3)
            self.book.registered[number] = (a2, a3)

    def _change(self) -> None:
        number = self.rng.choice(list(self.book.registered))
        a2, a3 = self.book.registered.pop(number)
        if self.rng.random() < 0.5:
            self.writer.registration(number, self._day(), -a2, -a3, RecordKind.CANCELLATION)
        else:
            self.writer.registration(number, self._day(), 5, 3, RecordKind.CHANGE)
            self.book.registered[number] = (a2 + 5, a3 + 3)

    def _receive(self) -> None:
        number, fen = self.rng.choice(list(self.book.contracts)), self.rng.randrange(1, 10**8)
        is_royalty = self.rng.random() < 0.3
        kind = MilestoneKind.ROYALTY if is_royalty else MilestoneKind.FIXED
        day = self._day()
        receipt = self.writer.receipt(number, day, fen, kind=kind)
        self.book.write(FigureCode.A4, number, day, fen)
        self.payments.append((number, receipt, fen, kind))
        self.book.received.append(fen)
        self.book.royalties += [fen] if is_royalty else []

    def _pending(self) -> None:
        number = self.rng.choice(list(self.book.contracts))
        self.writer.receipt(number, self._day(), 7, state=ReceiptState.CONFIRMED)

    def _refund(self) -> None:
        number, payment, fen, kind = self.rng.choice(self.payments)
        part, day = self.rng.randrange(1, fen + 1), self._day()
        self.writer.receipt(number, day, part, kind=kind, refund_of=payment)
        self.book.received.append(-part)
        self.book.royalties += [-part] if kind is MilestoneKind.ROYALTY else []
        self.book.write(FigureCode.A4, number, day, -part)

    def _reward(self) -> None:
        number, payment, fen, _ = self.payments.pop(self.rng.randrange(len(self.payments)))
        costs = self.rng.randrange(fen)
        net = fen - costs
        pool = self.rng.randrange(1, net + 1)
        self.open_rewards.append((number, self.writer.reward(number, payment, self._day(), costs, net, pool)))
        self.book.costs.append(costs)
        self.book.rewards.append((net, pool))

    def _pay(self) -> None:
        people = self.writer.people
        user = self.rng.choice([people.worker.user_id, people.colleague.user_id, None])
        day, fen = self._day(), self.rng.randrange(1, 10**6)
        number, reward = self.rng.choice(self.open_rewards)
        payout = self.writer.payout(reward, day, fen, user, "李工")
        self.book.paid[payout], self.deal_of[payout] = (str(user), day.year, fen), number
        self.book.write(FigureCode.A6, number, day, fen)

    def _take_back(self) -> None:
        payout = self.rng.choice(list(self.book.paid))
        today, (_, _, fen) = china_day(self.clock.now()), self.book.paid.pop(payout)
        self.writer.take_back(payout, today)
        self.book.write(FigureCode.A6, self.deal_of[payout], today, -fen)
