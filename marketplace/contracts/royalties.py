"""A royalty as it is agreed on over time: what the contract says, and from which quarter on amendments say otherwise. Pure.

Royalties are settled by calendar quarters, as the clause on the price says. An amendment is never for a quarter that has begun:
it names one to come, and where not all have signed before that, the next one that begins.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from marketplace.contracts.rules import number_in_words
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.money import WHOLE_BP
from marketplace.kernel.texts import single_line

LONGEST_BASE = 200
QUARTERS_AHEAD = 8
"""An amendment begins with one of so many quarters to come."""

ROYALTY, BASE, QUARTER = "royalty", "royalty_base", "royalty_from"
"""How the fields are called beside which is said what does not fit."""


@dataclass(frozen=True)
class Royalty:
    """`share_bp`, in hundredths of a per cent, of what `base` names."""

    share_bp: int
    base: str


@dataclass(frozen=True)
class Phase:
    """A royalty that holds from a day in China on, the first of a quarter; None for the contract's own. `document_id` says so."""

    royalty: Royalty
    document_id: int
    from_on: date | None = None

    def has_begun(self, day: date) -> bool:
        """Whether it holds on a day, unless a later one does."""
        return self.from_on is None or self.from_on <= day


@dataclass(frozen=True)
class Schedule:
    """What holds when: the contract's royalty, then those of its amendments, each until the next one begins.

    `ended_on` is the last day (in China) of a contract that ended before it was fulfilled: no royalty is taken of later ones.
    """

    phases: tuple[Phase, ...]
    ended_on: date | None = None

    def amended(self, phase: Phase) -> "Schedule":
        """With what was agreed on last, which goes before whatever was to begin on its first day or later."""
        return replace(self, phases=(*(one for one in self.phases if not _begins_with(one, phase)), phase))

    def until(self, ended_on: date) -> "Schedule":
        """Of a contract that ended on a day: what was to begin later never holds."""
        return Schedule(tuple(one for one in self.phases if one.has_begun(ended_on)), ended_on)

    def on(self, day: date) -> Phase:
        """What holds on a day."""
        return next(one for one in reversed(self.phases) if one.has_begun(day))

    def since(self, day: date) -> tuple[Phase, ...]:
        """What holds on a day, and what after it."""
        return self.phases[self.phases.index(self.on(day)) :]

    def of_period(self, first_on: date, last_on: date) -> Phase:
        """What holds in a period, both days included. Raises InvalidInput where another royalty begins within it, or the contract
        ended."""
        self.require_until(last_on)
        holds, *later = self.since(first_on)
        for one in later:
            if one.has_begun(last_on) and one.royalty != holds.royalty and one.from_on is not None:
                day, until = one.from_on, one.from_on - timedelta(days=1)
                raise InvalidInput(OTHER_ROYALTY, field="last_on", day=day.isoformat(), until=until.isoformat())
        return holds

    def require_until(self, last_on: date) -> None:
        """Raise InvalidInput where the contract had ended before a day."""
        if self.ended_on is not None and last_on > self.ended_on:
            raise InvalidInput(ENDED, field="last_on", day=self.ended_on.isoformat())

    def spans(self) -> Iterator[tuple[Phase, date | None]]:
        """Every phase with its last day; the last one has none while the contract holds."""
        ends = [one.from_on - timedelta(days=1) for one in self.phases if one.from_on is not None]
        yield from zip(self.phases, (*ends, self.ended_on), strict=True)


ENDED = N_("The contract ended on %(day)s: state the figures until then.")
OTHER_ROYALTY = N_(
    "From %(day)s on another royalty is agreed. State the figures until %(until)s first, and those of the days from then on as a "
    "period of its own."
)


@dataclass(frozen=True)
class RoyaltyChange:
    """What an amendment proposes: another royalty from a quarter on, given by its first day in China."""

    royalty: Royalty
    from_on: date

    def checked(self, schedule: Schedule | None, today: date) -> "RoyaltyChange | None":
        """The same, cleaned; None where it says what is agreed anyway. Raises InvalidInput beside what does not fit."""
        if schedule is None:
            raise InvalidInput(NO_ROYALTY, field=ROYALTY)
        royalty = Royalty(self.royalty.share_bp, single_line(self.royalty.base))
        if all(one.royalty == royalty for one in schedule.since(self.from_on)):
            return None
        problems = dict(royalty_problems(royalty.share_bp, royalty.base))
        if self.from_on not in coming_quarters(today):
            problems[QUARTER] = N_("Choose a quarter that has not begun: what has begun is settled as it was agreed.")
        if problems:
            raise InvalidInput(N_("The new royalty is not complete yet."), fields=problems)
        return RoyaltyChange(royalty, self.from_on)

    def begins(self, signed_on: date) -> date:
        """The first day of the quarter from which on it holds, where all have signed on a day in China."""
        return max(self.from_on, quarter_after(signed_on))


NO_ROYALTY = N_(
    "No royalty is agreed in this contract, and an amendment does not bring one in. Whoever wants one ends this contract by "
    "agreement and concludes another one."
)


def royalty_problems(share_bp: int | None, base: str) -> Iterator[tuple[str, str]]:
    """Field names with what is wrong."""
    if share_bp is None or not 1 <= share_bp <= WHOLE_BP:
        yield ROYALTY, N_("Write the royalty in per cent, more than 0 and at most 100.")
    if not 0 < len(base) <= LONGEST_BASE:
        yield BASE, N_("Say in at most 200 characters what the royalty is taken of.")


def quarter_after(day: date) -> date:
    """The first day of the first quarter that begins after a day."""
    month = (day.month + 2) // 3 * 3 + 1
    return date(day.year + 1, 1, 1) if month > 12 else date(day.year, month, 1)


def coming_quarters(today: date) -> tuple[date, ...]:
    """The first days of the quarters with one of which an amendment can begin."""
    found = [quarter_after(today)]
    while len(found) < QUARTERS_AHEAD:
        found.append(quarter_after(found[-1]))
    return tuple(found)


def quarter_words(first_on: date) -> str:
    """A quarter as a Chinese contract writes it: 2027年第一季度."""
    return f"{first_on.year}年第{number_in_words(first_on.month // 3 + 1)}季度"


def _begins_with(one: Phase, other: Phase) -> bool:
    """Whether a phase begins on the first day of another or later."""
    return one.from_on is not None and (other.from_on is None or one.from_on >= other.from_on)


def scheduled(phases: Sequence[Phase]) -> Schedule:
    """From everything that was agreed, in the order in which it took effect, the contract's own first."""
    schedule = Schedule((phases[0],))
    for phase in phases[1:]:
        schedule = schedule.amended(phase)
    return schedule
