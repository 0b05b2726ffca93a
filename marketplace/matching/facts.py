"""What two listings say about price, county, maturity, ways, time and figures: what fits, what is missing, what contradicts.

Pure. A fact counts only where the other side asks for it. Both sides read the same remarks, so each says which listing
it is about.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from marketplace.kernel import wording
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.wording import Param, Params
from marketplace.listings.rules import Maturity, Way


class Verdict(Labelled):
    """How one fact of the two listings goes together."""

    FIT = "fit", N_("Fits")
    STATED = "stated", N_("Stated by both: compare")
    MISSING = "missing", N_("Not stated")
    CONFLICT = "conflict", N_("Contradicts")


class Fact(Labelled):
    """The facts that are compared."""

    PRICE = "price", N_("Price and budget")
    MATURITY = "maturity", N_("Maturity")
    COUNTY = "county", N_("County")
    WAYS = "ways", N_("Ways of cooperation")
    DEADLINE = "deadline", N_("Deadline")
    FIGURES = "figures", N_("Figures")
    TEXT = "text", N_("Description")


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
class Judgement:
    """What is found of one fact; the remark says why where it does not fit."""

    fact: Fact
    verdict: Verdict
    remark: Remark | None = None


Judge = Callable[[ResultFacts, NeedFacts, date], Iterator[Judgement]]


def compare_facts(result: ResultFacts, need: NeedFacts, today: date) -> Facts:
    """Hold the two against each other; `today` is the day in China by which a deadline has passed or not."""
    found = judgements(result, need, today)

    def remarks(verdict: Verdict) -> tuple[Remark, ...]:
        return tuple(one.remark for one in found if one.verdict is verdict and one.remark)

    fits = tuple(one.fact for one in found if one.verdict in {Verdict.FIT, Verdict.STATED})
    return Facts(fits, remarks(Verdict.MISSING), remarks(Verdict.CONFLICT))


def judgements(result: ResultFacts, need: NeedFacts, today: date) -> tuple[Judgement, ...]:
    """The same fact by fact; a fact nobody asks for has none, and a text that is missing on both sides has two."""
    return tuple(judgement for judge in _JUDGES for judgement in judge(result, need, today))


def _missing(fact: Fact, message: str, **params: Param) -> Judgement:
    return Judgement(fact, Verdict.MISSING, Remark(message, params))


def _conflict(fact: Fact, message: str, **params: Param) -> Judgement:
    return Judgement(fact, Verdict.CONFLICT, Remark(message, params))


def _price(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[Judgement]:
    price, budget = result.price_fen, need.budget_max_fen
    if price is not None and budget is not None:
        if price <= budget:
            yield Judgement(Fact.PRICE, Verdict.FIT)
        else:
            message = N_("The price of %(price)s is above the budget of %(budget)s.")
            yield _conflict(Fact.PRICE, message, price=wording.amount(price), budget=wording.amount(budget))
    elif budget is not None:
        message = N_("The result names no price; the budget goes up to %(budget)s.")
        yield _missing(Fact.PRICE, message, budget=wording.amount(budget))
    elif price is not None:
        message = N_("The need names no budget; the price asked is %(price)s.")
        yield _missing(Fact.PRICE, message, price=wording.amount(price))


def _maturity(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[Judgement]:
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
        yield Judgement(Fact.MATURITY, Verdict.FIT)


def _county(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[Judgement]:
    if not need.county_wanted:
        return
    wanted = wording.in_county(need.county_wanted)
    if not result.county:
        yield _missing(Fact.COUNTY, N_("The result names no county; wanted is one from %(wanted)s."), wanted=wanted)
    elif result.county != need.county_wanted:
        message = N_("The result comes from %(county)s; wanted is one from %(wanted)s.")
        yield _conflict(Fact.COUNTY, message, county=wording.in_county(result.county), wanted=wanted)
    else:
        yield Judgement(Fact.COUNTY, Verdict.FIT)


def _ways(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[Judgement]:
    if result.ways and need.ways:
        if set(result.ways) & set(need.ways):
            yield Judgement(Fact.WAYS, Verdict.FIT)
        else:
            message = N_("No common way of cooperation: offered %(offered)s, wanted %(wanted)s.")
            yield _conflict(Fact.WAYS, message, offered=wording.words(result.ways), wanted=wording.words(need.ways))
    elif need.ways:
        message = N_("The result does not say how it may be taken over; wanted: %(wanted)s.")
        yield _missing(Fact.WAYS, message, wanted=wording.words(need.ways))
    elif result.ways:
        message = N_("The need does not say how it wants to cooperate; offered: %(offered)s.")
        yield _missing(Fact.WAYS, message, offered=wording.words(result.ways))


def _deadline(_result: ResultFacts, need: NeedFacts, today: date) -> Iterator[Judgement]:
    if need.deadline is None:
        yield _missing(Fact.DEADLINE, N_("The need names no deadline."))
    elif need.deadline < today:
        message = N_("The deadline, %(deadline)s, has passed.")
        yield _conflict(Fact.DEADLINE, message, deadline=wording.on_day(need.deadline))
    else:
        yield Judgement(Fact.DEADLINE, Verdict.FIT)


def _figures(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[Judgement]:
    if result.has_figures and need.has_indicators:
        # Whether 3 mm meet what asks for 99 % only a person can say.
        yield Judgement(Fact.FIGURES, Verdict.STATED)
    elif need.has_indicators:
        yield _missing(Fact.FIGURES, N_("The result gives no before-and-after figures; the need names indicators."))
    elif result.has_figures:
        yield _missing(Fact.FIGURES, N_("The need names no indicators to measure the result by."))


def _text(result: ResultFacts, need: NeedFacts, _today: date) -> Iterator[Judgement]:
    if not result.has_text:
        yield _missing(Fact.TEXT, N_("The result has no description yet."))
    if not need.has_text:
        yield _missing(Fact.TEXT, N_("The need has no description yet."))


_JUDGES: tuple[Judge, ...] = (_price, _maturity, _county, _ways, _deadline, _figures, _text)
