"""Random histories of what is current, late, stalled, ended or gained, and a book that reckons it from the facts alone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from marketplace.contracts.rules import EndReason
from marketplace.deals.events import DealMoved
from marketplace.deals.models import Deal, Step
from marketplace.deals.rules import DEAL_STATES, DealState, StepKind
from marketplace.kernel.clock import SetClock, china_day, day_begins
from marketplace.listings.events import ListingMoved
from marketplace.listings.models import Decision
from marketplace.payments.events import MilestoneMoved
from marketplace.payments.models import DueMove, Milestone
from marketplace.payments.rules import MilestoneKind, MilestoneState, Trigger
from marketplace.statistics.rules import FigureCode
from tests.declaring import benefit, corrected, declared, verify
from tests.factories import make_result
from tests.figures import FigureWriter

STATES = ("published", "stale", "paused", "suspended", "published")
WAYS = {
    "open": "negotiating",
    "draft": "drafting",
    "send": "signing",
    "reopen": "negotiating",
    "enter_into_force": "in_force",
    "perform": "performing",
    "accept_delivery": "accepted",
}
ENDINGS = {"lose": "lost", "terminate": "terminated", "complete": "completed"}
Level = tuple[int, int]
"""Value and number."""


@dataclass
class Line:
    """A line of a payment plan: what was said of its day, and what was verified, each with its moment."""

    fen: int
    days: list[tuple[datetime, date | None]] = field(default_factory=list)
    paid: list[tuple[datetime, int]] = field(default_factory=list)

    def late(self, at: datetime) -> int:
        """What of it is late at a moment."""
        due_on = ([None] + [day for moment, day in self.days if moment <= at])[-1]
        if due_on is None or at < day_begins(due_on + timedelta(days=1)):
            return 0
        return max(0, self.fen - sum(fen for moment, fen in self.paid if moment <= at))


@dataclass
class StandingBook:
    """The facts as they happened; every level is reckoned from all of them anew."""

    shown: dict[int, list[tuple[datetime, str]]] = field(default_factory=dict)
    lines: dict[int, Line] = field(default_factory=dict)
    steps: dict[int, list[tuple[datetime, str]]] = field(default_factory=dict)
    ended: list[tuple[datetime, str, EndReason | None]] = field(default_factory=list)
    gained: list[tuple[datetime, int, int, int]] = field(default_factory=list)

    def level(self, code: FigureCode, at: datetime) -> Level:
        """How a figure stands at a moment; endings and benefits from the beginning."""
        return {
            FigureCode.C9: self._current,
            FigureCode.C10: self._late,
            FigureCode.C11: self._stalled,
            FigureCode.C12: lambda moment: self._ended("lost", moment),
            FigureCode.C13: lambda moment: self._ended("terminated", moment),
            FigureCode.B1: self._gained,
        }[code](at)

    def reasons(self, state: str, at: datetime) -> dict[str | None, int]:
        """How many ended so, by reason."""
        found: dict[str | None, int] = {}
        for moment, kind, reason in self.ended:
            if kind == state and moment <= at:
                found[reason] = found.get(reason, 0) + 1
        return found

    def years(self) -> dict[str, int]:
        """What was gained by year."""
        found: dict[str, int] = {}
        for _, year, fen, _ in self.gained:
            found[str(year)] = found.get(str(year), 0) + fen
        return found

    def _current(self, at: datetime) -> Level:
        states = [[state for moment, state in one if moment <= at] for one in self.shown.values()]
        number = len([one for one in states if one and one[-1] == "published"])
        return number, number

    def _late(self, at: datetime) -> Level:
        late = [one.late(at) for one in self.lines.values()]
        return sum(late), len([fen for fen in late if fen])

    def _stalled(self, at: datetime) -> Level:
        number = 0
        for steps in self.steps.values():
            moment, state = [step for step in steps if step[0] <= at][-1:][0] if steps[0][0] <= at else (at, "lost")
            allowed = DEAL_STATES.days_allowed(DealState(state))
            number += allowed is not None and at >= moment + timedelta(days=allowed)
        return number, number

    def _ended(self, state: str, at: datetime) -> Level:
        number = sum(self.reasons(state, at).values())
        return number, number

    def _gained(self, at: datetime) -> Level:
        known = [one for one in self.gained if one[0] <= at]
        return sum(fen for _, _, fen, _ in known), sum(number for *_, number in known)


class StandingHistory:
    """Does something by chance and keeps the book."""

    def __init__(self, writer: FigureWriter, clock: SetClock, rng: Random) -> None:
        self.writer, self.clock, self.rng, self.book = writer, clock, rng, StandingBook()
        self.number = 0
        self.open: dict[int, str] = {}
        self.in_force: dict[int, DealState] = {}
        self.payments: list[tuple[int, int, int]] = []
        self.standing: dict[int, tuple[int, int]] = {}

    def step(self) -> None:
        """One event, some hours or days later."""
        self.clock.forward(hours=self.rng.randrange(1, 500))
        done: list[Callable[[], None]] = [self._publish, self._show_or_hide, self._open_deal, self._take_a_step]
        done += [self._take_a_step, self._lapse, self._plan, self._set_day, self._set_day, self._declare]
        done += [self._pay, self._pay] if self.book.lines else []
        done += [self._refund] if self.payments else []
        done += [self._correct] if self.standing else []
        self.rng.choice(done)()

    def _publish(self) -> None:
        result_id = make_result(self.writer.factory, self.writer.people)
        self._decide(result_id, "county_review", "published")

    def _show_or_hide(self) -> None:
        if self.book.shown:
            result_id = self.rng.choice(list(self.book.shown))
            self._decide(result_id, self.book.shown[result_id][-1][1], self.rng.choice(STATES))

    def _decide(self, result_id: int, before: str, after: str) -> None:
        with self.writer.factory.writing() as uow:
            now = uow.now()
            uow.session.add(Decision(listing_id=result_id, at=now, action="decide", from_state=before, to_state=after))
            uow.emit(ListingMoved("result", result_id, "decide", before, after))
        self.book.shown.setdefault(result_id, []).append((now, after))

    def _open_deal(self) -> None:
        self.number += 1
        self.writer.contract(self.number, "qingzhou", self.rng.choice(["gaomi", None]), china_day(self.clock.now()), 1)
        self.clock.forward(seconds=1)
        self._note("open", None)

    def _take_a_step(self) -> None:
        deals = [number for number, state in self.open.items() if state not in ENDINGS.values()]
        if deals:
            ways = [*WAYS, *ENDINGS, "make", "make"]
            self._note(self.rng.choice(ways[1:]), self.writer.people.company.user_id, self.rng.choice(deals))

    def _lapse(self) -> None:
        """A term that runs out is no step."""
        if self.open:
            self._note("lapse", None, self.rng.choice(list(self.open)))

    def _note(self, action: str, user_id: int | None, number: int | None = None) -> None:
        number = number or self.number
        state = (WAYS | ENDINGS).get(action, self.open.get(number, ""))
        kind = StepKind.DEAL if action in WAYS or action in ENDINGS else StepKind.OFFER
        reason = self.rng.choice([*EndReason, None]) if state in {"lost", "terminated"} else None
        with self.writer.factory.writing() as uow:
            now, deal_id = uow.now(), self.writer.deals[number]
            uow.session.add(Step(deal_id=deal_id, at=now, user_id=user_id, kind=kind, object_id=deal_id, action=action))
            if action in ENDINGS:
                deal = uow.session.get_one(Deal, deal_id)
                deal.state, deal.ended_at, deal.reason, deal.end_reason = DealState(state), now, "缘由", reason
            uow.emit(DealMoved(deal_id, action, "", state))
        self.open[number] = state
        if action != "lapse":
            self.book.steps.setdefault(number, []).append((now, state))
        if action in ENDINGS:
            self.book.ended.append((now, state, reason))

    def _plan(self) -> None:
        if self.number == 0:
            self._open_deal()
        self._line(self.rng.randrange(1, self.number + 1))

    def _line(self, number: int) -> None:
        """One line for each deal: the writer's receipts are of it."""
        if (number, MilestoneKind.FIXED) in self.writer.milestones:
            return
        fen = self.rng.randrange(100, 10**8)
        with self.writer.factory.writing() as uow:
            row = Milestone(
                deal_id=self.writer.deals[number],
                document_id=self.writer.documents[number],
                number=1,
                kind=MilestoneKind.FIXED,
                fen=fen,
                words="",
                trigger=Trigger.OTHER,
                days=0,
                state=MilestoneState.PLANNED,
            )
            uow.session.add(row)
            uow.flush()
            self.writer.milestones[number, MilestoneKind.FIXED] = row.id
        self.book.lines[number] = Line(fen)

    def _set_day(self) -> None:
        """A line falls due, is put off or brought forward into the past, or is cancelled."""
        if not self.book.lines:
            return
        number = self.rng.choice(list(self.book.lines))
        now = self.clock.now()
        due_on = china_day(now) + timedelta(days=self.rng.randrange(-5, 40)) if self.rng.random() < 0.85 else None
        late_from = max(now, day_begins(due_on + timedelta(days=1))) if due_on else None
        line = self.writer.milestones[number, MilestoneKind.FIXED]
        with self.writer.factory.writing() as uow:
            uow.session.add(DueMove(milestone_id=line, at=now, due_on=due_on, late_from=late_from))
            uow.emit(
                MilestoneMoved(line, self.writer.deals[number], "fall_due", due_on.isoformat() if due_on else None)
            )
        self.book.lines[number].days.append((now, due_on))

    def _pay(self) -> None:
        number = self.rng.choice(list(self.book.lines))
        line = self.book.lines[number]
        left = line.fen - sum(fen for _, fen in line.paid)
        if left:
            fen = self.rng.choice([left, self.rng.randrange(1, left + 1)])
            self.payments.append((number, self.writer.receipt(number, china_day(self.clock.now()), fen), fen))
            line.paid.append((self.clock.now(), fen))

    def _refund(self) -> None:
        number, payment, fen = self.payments.pop(self.rng.randrange(len(self.payments)))
        self.writer.receipt(number, china_day(self.clock.now()), fen, refund_of=payment)
        self.book.lines[number].paid.append((self.clock.now(), -fen))

    def _declare(self) -> None:
        factory, people = self.writer.factory, self.writer.people
        year, what = (
            self.rng.choice([2023, 2024]),
            benefit(self.rng.randrange(1, 10**4), self.rng.randrange(1, 10**5), 0),
        )
        declaration_id = declared(factory, people, make_result(factory, people), what, year)
        if self.rng.random() < 0.7:
            verify(factory, people.county_official, declaration_id)
            self.standing[declaration_id] = (year, what.reckoning.fen)
            self.book.gained.append((self.clock.now(), year, what.reckoning.fen, 1))

    def _correct(self) -> None:
        factory, people = self.writer.factory, self.writer.people
        old = self.rng.choice(list(self.standing))
        year, before = self.standing.pop(old)
        what = benefit(self.rng.randrange(1, 10**4), self.rng.choice([0, self.rng.randrange(10**5)]), 0, "重算")
        new = corrected(factory, people, old, what)
        verify(factory, people.county_official, new)
        fen = what.reckoning.fen
        self.standing[new] = (year, fen)
        self.book.gained.append((self.clock.now(), year, fen - before, int(fen > 0) - int(before > 0)))
