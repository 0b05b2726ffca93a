"""Random histories of what is current, late, stalled, ended or gained, kept in the book of tests/standings.py."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from marketplace.bases.models import Base
from marketplace.bases.rules import BaseKind, BaseLevel
from marketplace.contracts.models import Document
from marketplace.contracts.rules import Basis, ContractType, DocumentState, EndReason
from marketplace.deals.events import DealMoved
from marketplace.deals.models import Deal, Step
from marketplace.deals.rules import DEAL_STATES, DealState, StepKind
from marketplace.kernel.clock import SetClock, china_day, day_begins
from marketplace.listings.events import ListingMoved
from marketplace.listings.models import Decision
from marketplace.listings.rules import Category, Industry
from marketplace.matching.rules import Origin
from marketplace.payments.events import MilestoneMoved
from marketplace.payments.models import DueMove, Milestone
from marketplace.payments.rules import MilestoneKind, MilestoneState, ReceiptState, Trigger
from marketplace.related import service as related
from marketplace.statistics.rules import Dimension, first_of
from tests.declaring import benefit, corrected, declared, verify
from tests.factories import make_interest, make_result
from tests.figures import FigureWriter
from tests.standings import Facts, Line, Place, StandingBook

STATES = ("published", "stale", "paused", "suspended", "published")
REASONS = (
    *(
        EndReason(one)
        for one in ["price", "terms", "technology", "ownership", "another_way", "plans", "silence", "breach", "other"]
    ),
    None,
)
"""By name, so that one more kind does not make another history, by which other rules are found to be broken."""

WAYS = {
    "open": "negotiating",
    "draft": "drafting",
    "send": "signing",
    "reopen": "negotiating",
    "enter_into_force": "in_force",
    "perform": "performing",
    "accept_delivery": "accepted",
}
ENDINGS = {"lose": "lost", "terminate": "terminated", "end_by_agreement": "terminated", "complete": "completed"}
STEPS = (*[one for one in WAYS if one != "open"], *ENDINGS, "lose", "make", "make")


class StandingHistory:
    """Does something by chance and keeps the book."""

    def __init__(self, writer: FigureWriter, clock: SetClock, rng: Random) -> None:
        self.writer, self.clock, self.rng, self.book = writer, clock, rng, StandingBook()
        self.number = 0
        self.open: dict[int, str] = {}
        self.in_force: dict[int, DealState] = {}
        self.payments: list[tuple[Place, int, int]] = []
        self.standing: dict[int, tuple[int, int]] = {}
        self.gained_by: dict[int, Facts] = {}
        self.bases: list[int] = []
        # So that the id of a deal is that of neither its interest nor its contract.
        make_interest(writer.factory, writer.people)
        writer.letters(0, "qingzhou", "gaomi", [1, 1], [clock.now(), clock.now()])

    def step(self) -> None:
        """One event, some hours or days later, or at the very moment at which something is late or has stalled."""
        before = self.clock.now()
        self.clock.forward(hours=self.rng.randrange(1, 500))
        strokes = self._strokes(before, self.clock.now())
        if strokes and self.rng.random() < 0.3:
            self.clock.at, act = self.rng.choice(strokes)
            return act()
        done: list[Callable[[], None]] = [self._publish, self._show_or_hide, self._open_deal, self._take_a_step]
        done += [
            self._open_deal,
            self._take_a_step,
            self._lapse,
            self._plan,
            self._set_day,
            self._set_day,
            self._declare,
        ]
        done += [self._pay, self._pay] if self.book.lines else []
        done += [self._refund] if self.payments else []
        done += [self._correct] if self.standing else []
        done += [self._relate, self._relate] if self.open else []
        return self.rng.choice(done)()

    def _strokes(self, after: datetime, until: datetime) -> list[tuple[datetime, Callable[[], None]]]:
        """Moments that lie between two at which a line becomes late or a deal stalls, and what somebody does just then."""
        found: list[tuple[datetime, Callable[[], None]]] = []
        for place, line in self.book.lines.items():
            due_on = line.days[-1][1] if line.days else None
            act = self.rng.choice([self._pay, self._set_day])
            found += [(day_begins(due_on + timedelta(days=1)), partial(act, place))] if due_on else []
        for number, steps in self.book.steps.items():
            moment, state = steps[-1]
            allowed = DEAL_STATES.days_allowed(DealState(state))
            found += [(moment + timedelta(days=allowed), partial(self._take_a_step, number))] if allowed else []
        # In Greenwich the last month is not over.
        month = day_begins(first_of(f"{china_day(after):%Y-%m}", 1)) + timedelta(hours=1)
        found += (
            [(month, partial(self._take_a_step, None, ["lose", "terminate"]))]
            if self.open and self.rng.random() < 0.2
            else []
        )
        return [one for one in found if after < one[0] <= until]

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
        day = self.rng.choice([china_day(self.clock.now()), date(2025, 1, 1), date(2024, 12, 31)])
        seller, buyer = self.rng.choice(["qingzhou", "shouguang", None]), self.rng.choice(["gaomi", "shouguang", None])
        industry, basis = self.rng.choice(["machinery", "chemical", None]), self.rng.choice(list(Basis))
        self.writer.contract(self.number, seller, buyer, day, 1, industry=industry, basis=basis)
        self.book.facts[self.number] = self._settled() | {
            Dimension.SELLER: seller,
            Dimension.BUYER: buyer,
            Dimension.INDUSTRY: industry,
            Dimension.COHORT: str(day.year),
        }
        if self.rng.random() < 0.3:
            signed_at = self._some_time()
            self.writer.letter(self.number, 1, signed_at)
            self.book.signed[self.number].append(signed_at)
        self.clock.forward(seconds=1)
        self._note("open", None)

    def _some_time(self) -> datetime:
        """Some days from now."""
        return self.clock.now() + timedelta(days=self.rng.randrange(60))

    def _settled(self) -> Facts:
        """What else is settled when a deal is opened and signed, by chance."""
        parties = self.rng.sample([self.writer.people.seller_party, self.writer.people.buyer_party], 2)
        kind = self.rng.choice(list(ContractType))
        with self.writer.factory.writing() as uow:
            deal = uow.session.get_one(Deal, self.writer.deals[self.number])
            deal.seller_party_id, deal.buyer_party_id = parties
            deal.category, deal.base_id = self.rng.choice([*map(str, Category), None]), self.rng.choice([7, 8, None])
            deal.origin = self.rng.choice([*map(str, Origin), None])
            document = uow.session.get_one(Document, self.writer.documents[self.number])
            document.contract_type, document.completed_at = kind, self._some_time()
            if self.rng.random() < 0.3:
                document.state, document.completed_at, document.basis = DocumentState.SENT, None, None
                document.signed_on = None
            self.book.signed[self.number] = [document.completed_at] if document.completed_at else []
            basis = document.basis
            return {
                Dimension.CATEGORY: deal.category,
                Dimension.ORIGIN: deal.origin,
                Dimension.CONTRACT_TYPE: kind.value,
                Dimension.BASIS: basis.value if basis else None,
                Dimension.ORGANISATION: deal.seller_party_id,
                Dimension.BASE: deal.base_id,
            }

    def _relate(self, number: int | None = None) -> None:
        """An official finds that parties are related, or are not after all, now and then twice in a moment."""
        number = number or self.rng.choice(list(self.open))
        known = self.book.relations.setdefault(number, [])
        for _ in range(self.rng.choice([1, 1, 2])):
            is_related = not known[-1][1] if known else self.rng.random() < 0.5
            with self.writer.factory.writing(self.writer.people.city_official) as uow:
                related.say(uow, self.writer.deals[number], is_related, "查明", None)
            known.append((self.clock.now(), is_related))

    def _take_a_step(self, number: int | None = None, ways: Sequence[str] = STEPS) -> None:
        deals = [number for number, state in self.open.items() if state not in ENDINGS.values()]
        if deals:
            self._note(self.rng.choice(ways), self.writer.people.company.user_id, number or self.rng.choice(deals))

    def _lapse(self) -> None:
        """A term that runs out is no step."""
        if self.open:
            self._note("lapse", None, self.rng.choice(list(self.open)))

    def _note(self, action: str, user_id: int | None, number: int | None = None) -> None:
        number = number or self.number
        state = (WAYS | ENDINGS).get(action, self.open.get(number, ""))
        kind = StepKind.DEAL if action in WAYS or action in ENDINGS else StepKind.OFFER
        reason = self.rng.choice(REASONS) if state in {"lost", "terminated"} else None
        with self.writer.factory.writing() as uow:
            now, deal_id = uow.now(), self.writer.deals[number]
            uow.session.add(Step(deal_id=deal_id, at=now, user_id=user_id, kind=kind, object_id=deal_id, action=action))
            if action in ENDINGS:
                deal = uow.session.get_one(Deal, deal_id)
                deal.state, deal.ended_at, deal.ended_on = DealState(state), now, china_day(now)
                deal.reason, deal.end_reason = "缘由", reason
            uow.emit(DealMoved(deal_id, action, "", state))
        self.open[number] = state
        if action != "lapse":
            self.book.steps.setdefault(number, []).append((now, state))
        if action in ENDINGS:
            self.book.ended.append((now, state, reason, number))
            if state == "terminated":
                self.writer.termination(number, china_day(now), -1)
            if self.rng.random() < 0.5:
                self._relate(number)

    def _plan(self) -> None:
        if self.number == 0:
            self._open_deal()
        self._line((self.rng.randrange(max(1, self.number - 5), self.number + 1), self.rng.choice(list(MilestoneKind))))

    def _line(self, place: Place) -> None:
        if place in self.writer.milestones:
            return
        number, kind = place
        fen = self.rng.randrange(100, 10**8)
        with self.writer.factory.writing() as uow:
            row = Milestone(
                deal_id=self.writer.deals[number],
                document_id=self.writer.documents[number],
                number=len([one for one, _ in self.writer.milestones if one == number]) + 1,
                kind=kind,
                fen=fen,
                words="",
                trigger=Trigger.OTHER,
                days=0,
                state=MilestoneState.PLANNED,
            )
            uow.session.add(row)
            uow.flush()
            self.writer.milestones[place] = row.id
        self.book.lines[place] = Line(fen)

    def _set_day(self, place: Place | None = None) -> None:
        """A line falls due, is put off or brought forward into the past, or is cancelled."""
        if not self.book.lines:
            return
        place = place or self.rng.choice(list(self.book.lines))
        now = self.clock.now()
        due_on = china_day(now) + timedelta(days=self.rng.randrange(-5, 40)) if self.rng.random() < 0.85 else None
        late_from = max(now, day_begins(due_on + timedelta(days=1))) if due_on else None
        line, deal_id = self.writer.milestones[place], self.writer.deals[place[0]]
        with self.writer.factory.writing() as uow:
            uow.session.add(DueMove(milestone_id=line, at=now, due_on=due_on, late_from=late_from))
            uow.emit(MilestoneMoved(line, deal_id, "fall_due", due_on.isoformat() if due_on else None))
        self.book.lines[place].days.append((now, due_on))

    def _pay(self, place: Place | None = None) -> None:
        """What is left of a line or a part of it; a fen less, or more; now and then no official has verified it."""
        place = place or self.rng.choice(list(self.book.lines))
        (number, kind), line, today = place, self.book.lines[place], china_day(self.clock.now())
        left = line.fen - sum(fen for _, fen in line.paid)
        if left > 0 and self.rng.random() < 0.2:
            self.writer.receipt(number, today, left, kind=kind, state=ReceiptState.CONFIRMED)
        elif left > 0:
            fen = self.rng.choice([left, max(1, left - 1), left + 5, self.rng.randrange(1, left + 1)])
            self.payments.append((place, self.writer.receipt(number, today, fen, kind=kind), fen))
            line.paid.append((self.clock.now(), fen))

    def _refund(self) -> None:
        place, payment, fen = self.payments.pop(self.rng.randrange(len(self.payments)))
        number, kind = place
        self.writer.receipt(number, china_day(self.clock.now()), fen, kind=kind, refund_of=payment)
        self.book.lines[place].paid.append((self.clock.now(), -fen))

    def _declare(self) -> None:
        factory, people = self.writer.factory, self.writer.people
        year, what = (
            self.rng.choice([2023, 2024]),
            benefit(self.rng.randrange(1, 10**4), self.rng.randrange(1, 10**5), 0),
        )
        facts: Facts = {
            Dimension.INDUSTRY: self.rng.choice(list(Industry)).value,
            Dimension.CATEGORY: self.rng.choice(list(Category)).value,
            Dimension.BASE: self._base(),
        }
        about: dict[str, Any] = {name.value: value for name, value in facts.items() if name is not Dimension.BASE}
        result_id = make_result(factory, people, **about, base_id=facts[Dimension.BASE])
        declaration_id = declared(factory, people, result_id, what, year)
        if self.rng.random() < 0.7:
            verify(factory, people.county_official, declaration_id)
            self.standing[declaration_id] = (year, what.reckoning.fen)
            self.book.gained.append((self.clock.now(), year, what.reckoning.fen, 1))
            facts |= {Dimension.COUNTY: "qingzhou", Dimension.UNIT: people.seller_party}
            self.book.gained_by.append(facts)
            self.gained_by[declaration_id] = facts

    def _base(self) -> int | None:
        """One of two bases, or none."""
        if not self.bases:
            with self.writer.factory.writing() as uow:
                words = {"kind": BaseKind.STUDIO, "level": BaseLevel.CITY, "county": "qingzhou", "leader": "王建国"}
                made = [Base(name=name, created_at=uow.now(), **words) for name in ("焊接工作室", "化工工作室")]
                uow.session.add_all(made)
                uow.flush()
                self.bases = [one.id for one in made]
        return self.rng.choice([*self.bases, None])

    def _correct(self) -> None:
        factory, people = self.writer.factory, self.writer.people
        old = self.rng.choice(list(self.standing))
        year, before = self.standing.pop(old)
        what = benefit(self.rng.randrange(1, 10**4), self.rng.choice([0, self.rng.randrange(10**5)]), 0, "重算")
        new = corrected(factory, people, old, what)
        verify(factory, people.county_official, new)
        fen = what.reckoning.fen
        self.standing[new] = (year, fen)
        self.gained_by[new] = self.gained_by[old]
        self.book.gained_by.append(self.gained_by[old])
        self.book.gained.append((self.clock.now(), year, fen - before, int(fen > 0) - int(before > 0)))
