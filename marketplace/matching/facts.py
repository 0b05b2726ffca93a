"""What two listings say about price, county, maturity, ways, time and figures: what fits, what is missing, what contradicts.

Pure. A fact counts only where the other side asks for it. Both sides read the same remarks, so each says which listing
it is about.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.kernel import wording
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Param, Params
from marketplace.listings.rules import Maturity, Way


class Verdict(StrEnum):
    """How one fact of the two listings goes together."""

    FIT = "fit"
    MISSING = "missing"
    CONFLICT = "conflict"


class Fact(StrEnum):
    """The facts that are compared."""

    PRICE = "price"
    MATURITY = "maturity"
    COUNTY = "county"
    WAYS = "ways"
    DEADLINE = "deadline"
    FIGURES = "figures"
    TEXT = "text"


@dataclass(frozen=True)
class ResultFacts:
    """What a result says. `price_fen` is what its owner asks, in fen."""

    price_fen: int | None = None
    maturity: Maturity | None = None
    county: str | None = None
    ways: tuple[Way, ...] = ()
    has_figures: bool = False
    has_text: bool = False


@dataclass(frozen=True)
class NeedFacts:
    """What a need says. `budget_max_fen` in fen; the deadline is a day in China."""

    budget_max_fen: int | None = None
    maturity_wanted: Maturity | None = None
    county_wanted: str | None = None
    ways: tuple[Way, ...] = ()
    deadline: date | None = None
    has_indicators: bool = False
    has_text: bool = False


@dataclass(frozen=True)
class Remark:
    """One sentence, as a msgid with typed parameters."""

    message: str
    params: Params


@dataclass(frozen=True)
class Facts:
    """The outcome: what fits, and the remarks on what is missing and what contradicts."""

    fits: tuple[Fact, ...]
    missing: tuple[Remark, ...]
    conflicts: tuple[Remark, ...]


@dataclass(frozen=True)
class _Judgement:
    fact: Fact
    verdict: Verdict
    message: str = ""
    params: Params | None = None


Judge = Callable[[ResultFacts, NeedFacts, date], Iterator[_Judgement]]


def compare_facts(result: ResultFacts, need: NeedFacts, today: date) -> Facts:
    """Hold the two against each other; `today` is the day in China by which a deadline has passed or not."""
    found = [judgement for judge in _JUDGES for judgement in judge(result, need, today)]

    def remarks(verdict: Verdict) -> tuple[Remark, ...]:
        return tuple(Remark(one.message, one.params or {}) for one in found if one.verdict is verdict)

    fits = tuple(one.fact for one in found if one.verdict is Verdict.FIT)
    return Facts(fits, remarks(Verdict.MISSING), remarks(Verdict.CONFLICT))


def _missing(fact: Fact, message: str, **params: Param) -> _Judgement:
    return _Judgement(fact, Verdict.MISSING, message, params)


def _conflict(fact: Fact, message: str, **params: Param) -> _Judgement:
    return _Judgement(fact, Verdict.CONFLICT, message, params)


def _price(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[_Judgement]:
    price, budget = result.price_fen, need.budget_max_fen
    if price is not None and budget is not None:
        if price <= budget:
            yield _Judgement(Fact.PRICE, Verdict.FIT)
        else:
            message = N_("The price of %(price)s is above the budget of %(budget)s.")
            yield _conflict(Fact.PRICE, message, price=wording.amount(price), budget=wording.amount(budget))
    elif budget is not None:
        message = N_("The result names no price; the budget goes up to %(budget)s.")
        yield _missing(Fact.PRICE, message, budget=wording.amount(budget))
    elif price is not None:
        message = N_("The need names no budget; the price asked is %(price)s.")
        yield _missing(Fact.PRICE, message, price=wording.amount(price))


def _maturity(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[_Judgement]:
    if need.maturity_wanted is None:
        return
    wanted = wording.words([need.maturity_wanted])
    if result.maturity is None:
        message = N_("The result does not say how mature it is; wanted is at least: %(wanted)s.")
        yield _missing(Fact.MATURITY, message, wanted=wanted)
    elif result.maturity.rank < need.maturity_wanted.rank:
        message = N_("The result is at the stage “%(maturity)s”; wanted is at least: %(wanted)s.")
        yield _conflict(Fact.MATURITY, message, maturity=wording.words([result.maturity]), wanted=wanted)
    else:
        yield _Judgement(Fact.MATURITY, Verdict.FIT)


def _county(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[_Judgement]:
    if not need.county_wanted:
        return
    wanted = wording.in_county(need.county_wanted)
    if not result.county:
        yield _missing(Fact.COUNTY, N_("The result names no county; wanted is one from %(wanted)s."), wanted=wanted)
    elif result.county != need.county_wanted:
        message = N_("The result comes from %(county)s; wanted is one from %(wanted)s.")
        yield _conflict(Fact.COUNTY, message, county=wording.in_county(result.county), wanted=wanted)
    else:
        yield _Judgement(Fact.COUNTY, Verdict.FIT)


def _ways(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[_Judgement]:
    if result.ways and need.ways:
        if set(result.ways) & set(need.ways):
            yield _Judgement(Fact.WAYS, Verdict.FIT)
        else:
            message = N_("No common way of cooperation: offered %(offered)s, wanted %(wanted)s.")
            yield _conflict(Fact.WAYS, message, offered=wording.words(result.ways), wanted=wording.words(need.ways))
    elif need.ways:
        message = N_("The result does not say how it may be taken over; wanted: %(wanted)s.")
        yield _missing(Fact.WAYS, message, wanted=wording.words(need.ways))
    elif result.ways:
        message = N_("The need does not say how it wants to cooperate; offered: %(offered)s.")
        yield _missing(Fact.WAYS, message, offered=wording.words(result.ways))


def _deadline(_result: ResultFacts, need: NeedFacts, today: date) -> Iterator[_Judgement]:
    if need.deadline is None:
        yield _missing(Fact.DEADLINE, N_("The need names no deadline."))
    elif need.deadline < today:
        message = N_("The deadline, %(deadline)s, has passed.")
        yield _conflict(Fact.DEADLINE, message, deadline=wording.on_day(need.deadline))
    else:
        yield _Judgement(Fact.DEADLINE, Verdict.FIT)


def _figures(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[_Judgement]:
    if result.has_figures and need.has_indicators:
        yield _Judgement(Fact.FIGURES, Verdict.FIT)
    elif need.has_indicators:
        yield _missing(Fact.FIGURES, N_("The result gives no before-and-after figures; the need names indicators."))
    elif result.has_figures:
        yield _missing(Fact.FIGURES, N_("The need names no indicators to measure the result by."))


def _text(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[_Judgement]:
    if not result.has_text:
        yield _missing(Fact.TEXT, N_("The result has no description yet."))
    if not need.has_text:
        yield _missing(Fact.TEXT, N_("The need has no description yet."))


_JUDGES: tuple[Judge, ...] = (_price, _maturity, _county, _ways, _deadline, _figures, _text)
