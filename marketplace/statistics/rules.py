"""What figures there are, in which unit, and by what they are cut; the period, and the life of a report. Pure."""

import operator
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import reduce

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, arrow


class FigureCode(Labelled):
    """Every figure that is reported. A and B are rungs of the amount ladder: two of them are never added. C counts activity."""

    A0 = "A0", N_("Intended amount (A0)")
    A1 = "A1", N_("Contracted amount (A1)")
    A2 = "A2", N_("Registered contract total (A2)")
    A3 = "A3", N_("Registered technology amount (A3)")
    A4 = "A4", N_("Amount received (A4)")
    A4R = "A4r", N_("Royalties received (A4r)")
    A5 = "A5", N_("Net income (A5)")
    A6 = "A6", N_("Rewards paid to people (A6)")
    B1 = "B1", N_("Benefit of own use (B1)")
    C1 = "C1", N_("Results published (C1)")
    C2 = "C2", N_("Needs with an interest within 30 days (C2)")
    C3 = "C3", N_("Interests accepted (C3)")
    C4 = "C4", N_("Results first converted in the period (C4)")
    C5 = "C5", N_("Receipt rate of contracts (C5)")
    C6 = "C6", N_("People who were paid (C6)")
    C7 = "C7", N_("Share of net income that goes to people (C7)")
    C8 = "C8", N_("Registration rate of contracts (C8)")
    C9 = "C9", N_("Results that are current (C9)")
    C10 = "C10", N_("Overdue payments (C10)")
    C11 = "C11", N_("Stalled deals (C11)")
    C12 = "C12", N_("Deals lost (C12)")
    C13 = "C13", N_("Contracts terminated (C13)")


class Unit(Labelled):
    """What the value of a figure is. A share is a quotient of two sums, each of which adds up over any cut."""

    FEN = "fen", N_("yuan")
    COUNT = "count", N_("number")
    SHARE_OF_COUNT = "share_of_count", N_("share of a number")
    SHARE_OF_FEN = "share_of_fen", N_("share of an amount")


class Dimension(Labelled):
    """What a figure is cut by. Seller's and buyer's county are two cuts of the same total."""

    COUNTY = "county", N_("County")
    SELLER = "seller", N_("County of the seller")
    BUYER = "buyer", N_("County of the buyer")
    INDUSTRY = "industry", N_("Industry of the result")
    CATEGORY = "category", N_("Category of the result")
    CONTRACT_TYPE = "contract_type", N_("Type of contract")
    BASIS = "basis", N_("Signed electronically or on paper")
    ORIGIN = "origin", N_("Where the interest came from")
    RULE = "rule", N_("What the share rests on")
    REASON = "reason", N_("Reason of the ending")
    COHORT = "cohort", N_("Year of signing")
    MONTH = "month", N_("Month")
    ORGANISATION = "organisation", N_("Seller")
    BASE = "base", N_("Base the result comes from")
    UNIT = "unit", N_("Unit that uses the result")
    RELATED = "related", N_("Related parties")


WIDE = frozenset({Dimension.ORGANISATION, Dimension.BASE, Dimension.UNIT})
"""Dimensions with so many values that they are cut one at a time, on a page of their own."""

COUNTIES = frozenset({Dimension.COUNTY, Dimension.SELLER, Dimension.BUYER})


class RecordPage(Labelled):
    """The page that shows the record a row rests on; its label is what the link to it is called."""

    DOCUMENT = "document", N_("Text it rests on")
    PAYMENTS = "payments", N_("Payment with its voucher")
    REGISTRATION = "registration", N_("Registrar's paper")
    REWARD = "reward", N_("Reward")
    RESULT = "result", N_("Result")
    NEED = "need", N_("Need")
    INTEREST = "interest", N_("Interest")
    BENEFIT = "benefit", N_("Benefit of own use")


LONGEST_YEARS = 20


@dataclass(frozen=True)
class Period:
    """A span of days in China, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise InvalidInput(N_("The period must not end before it begins."), field="to")

    def months(self) -> list[str]:
        """Every month of the period as 2026-11, so that a month without deals is shown as zero."""
        month, last = self.first.year * 12 + self.first.month - 1, self.last.year * 12 + self.last.month - 1
        return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(month, last + 1)]

    def within(self, span: "Span", part: str) -> "Period":
        """The days of a quarter or year that lie in the period."""
        months = [month for month in self.months() if span.of(month) == part]
        first, after = first_of(months[0]), first_of(months[-1], 1)
        return Period(max(self.first, first), min(self.last, after - timedelta(days=1)))

    @property
    def ends_a_year(self) -> bool:
        """Whether the last day of a calendar year is among its days."""
        return (self.last + timedelta(days=1)).year > self.first.year

    def until_its_end(self) -> "Period":
        """All days up to its last one."""
        return Period(date.min, self.last)


def first_of(month: str, later: int = 0) -> date:
    """The first day of a month such as 2026-11, or of one that many months later."""
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 + later, 12)
    return date(year, number + 1, 1)


def asked_period(first: date, last: date) -> Period:
    """The days somebody asks for. Raises InvalidInput where they end before they begin, or are more than one looks through."""
    if last.year - first.year > LONGEST_YEARS:
        raise InvalidInput(N_("Choose a period of at most twenty years."), field="to")
    return Period(first, last)


class Span(Labelled):
    """How months are put together when a figure is shown over time; each row is in one month, quarter and year."""

    MONTH = "month", N_("Month")
    QUARTER = "quarter", N_("Quarter")
    YEAR = "year", N_("Year")

    def of(self, month: str) -> str:
        """What a month such as 2026-11 belongs to: itself, 2026-Q4, or 2026."""
        year, _, number = month.partition("-")
        return {Span.MONTH: month, Span.QUARTER: f"{year}-Q{(int(number) + 2) // 3}", Span.YEAR: year}[self]


def year_to(day: date) -> Period:
    """The calendar year of a day, up to that day."""
    return Period(date(day.year, 1, 1), day)


def last_quarter(today: date) -> Period:
    """The last calendar quarter that is over: what is reported next."""
    last = date(today.year, (today.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)
    return Period(date(last.year, last.month - 2, 1), last)


@dataclass(frozen=True)
class Figure:
    """A sum over rows: the value in fen or as a number, how many are counted, and of a share the sum it is a share of."""

    value: int = 0
    count: int = 0
    whole: int = 0

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.value + other.value, self.count + other.count, self.whole + other.whole)

    def __bool__(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.value or self.count or self.whole)

    @property
    def share(self) -> Fraction | None:
        """The value as a share of the whole; None where there is nothing to share."""
        return Fraction(self.value, self.whole) if self.whole > 0 else None

    @staticmethod
    def sum(parts: Iterable["Figure"]) -> "Figure":
        """All of them together."""
        return reduce(operator.add, parts, Figure())


class SnapshotState(Labelled):
    """A snapshot, from the moment its figures are frozen; nothing of it is ever changed but this."""

    FROZEN = "frozen", N_("Frozen, waiting for a second official")
    PUBLISHED = "published", N_("Published")
    RETURNED = "returned", N_("Returned to the author")
    WITHDRAWN = "withdrawn", N_("Withdrawn by the author")


R, S = Relation, SnapshotState

SNAPSHOT_STATES = StateTable(
    "snapshot",
    S.FROZEN,
    (
        arrow("publish", {S.FROZEN}, S.PUBLISHED, {R.OFFICIAL}, N_("Publish the figures")),
        arrow("return", {S.FROZEN}, S.RETURNED, {R.OFFICIAL}, N_("Return them to the author"), reason=True),
        arrow("withdraw", {S.FROZEN}, S.WITHDRAWN, {R.AUTHOR}, N_("Withdraw them")),
    ),
    timers=((S.FROZEN, 7),),
)


STANDING = frozenset({S.FROZEN, S.PUBLISHED})
"""What takes up its period, or the one it corrects."""


class ChangeKind(Labelled):
    """Why a row of one snapshot and a row of the snapshot that corrects it differ."""

    NEW = "new", N_("New on record")
    TAKEN_OFF = "taken_off", N_("Taken off since: a termination, lower price, refund or replacement")
    CHANGED = "changed", N_("Corrected")
    GONE = "gone", N_("No longer counted")
