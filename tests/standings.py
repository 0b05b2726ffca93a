"""What is current, late, stalled, ended or gained, in a book that reckons it from the facts alone."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from marketplace.contracts.rules import EndReason
from marketplace.deals.rules import DEAL_STATES, DealState
from marketplace.kernel.clock import day_begins
from marketplace.payments.rules import MilestoneKind
from marketplace.statistics.rules import Dimension, FigureCode

Level = tuple[int, int]
"""Value and number."""

Place = tuple[int, MilestoneKind]
"""A line of a plan: one of each kind for a deal, by its number."""

Facts = dict[Dimension, str | int | None]
"""What a deal or a benefit is cut by."""


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
    lines: dict[Place, Line] = field(default_factory=dict)
    steps: dict[int, list[tuple[datetime, str]]] = field(default_factory=dict)
    ended: list[tuple[datetime, str, EndReason | None, int]] = field(default_factory=list)
    gained: list[tuple[datetime, int, int, int]] = field(default_factory=list)
    gained_by: list[Facts] = field(default_factory=list)
    facts: dict[int, Facts] = field(default_factory=dict)
    relations: dict[int, list[tuple[datetime, bool]]] = field(default_factory=dict)
    signed: dict[int, list[datetime]] = field(default_factory=dict)

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
        for moment, kind, reason, _ in self.ended:
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
        number = sum(self.is_stalled(deal, at) for deal in self.steps)
        return number, number

    def is_stalled(self, number: int, at: datetime) -> bool:
        """Whether nobody has taken a step in a deal for longer than its stage allows."""
        steps = [step for step in self.steps[number] if step[0] <= at]
        allowed = DEAL_STATES.days_allowed(DealState(steps[-1][1])) if steps else None
        return allowed is not None and at >= steps[-1][0] + timedelta(days=allowed)

    def related(self, number: int, at: datetime) -> str | None:
        """What was known about the parties of a deal when its first document was signed, or at a moment before that."""
        since = min([at, *self.signed[number]])
        known = [is_related for moment, is_related in self.relations.get(number, ()) if moment <= since]
        return {True: "yes", False: "no"}[known[-1]] if known else None

    def _ended(self, state: str, at: datetime) -> Level:
        number = sum(self.reasons(state, at).values())
        return number, number

    def _gained(self, at: datetime) -> Level:
        known = [one for one in self.gained if one[0] <= at]
        return sum(fen for _, _, fen, _ in known), sum(number for *_, number in known)
