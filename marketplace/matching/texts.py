"""What of a listing is matched: its public text, the same that stands in the index, and the facts that are compared."""

from marketplace.listings.rules import Way
from marketplace.matching.facts import NeedFacts, ResultFacts
from marketplace.needs import indexing as need_indexing
from marketplace.needs.models import Need
from marketplace.results import indexing as result_indexing
from marketplace.results.models import Result


def result_text(result: Result) -> str:
    """The text everybody may read, as it stands in the index, without the unit's name."""
    return result_indexing.public_text(result)


def need_text(need: Need) -> str:
    """The text everybody may read, as it stands in the index, without the name of who asks."""
    return need_indexing.public_text(need)


def result_facts(result: Result) -> ResultFacts:
    """The facts of a result."""
    return ResultFacts(
        price_fen=result.price_fen,
        maturity=result.maturity,
        county=result.county,
        ways=_ways(result.ways),
        has_figures=bool(result.before and result.after),
        has_text=bool(result_text(result).strip()),
    )


def need_facts(need: Need) -> NeedFacts:
    """The facts of a need."""
    return NeedFacts(
        budget_max_fen=need.budget_max_fen,
        maturity_wanted=need.maturity_wanted,
        county_wanted=need.county_wanted,
        ways=_ways(need.ways),
        deadline=need.deadline,
        has_indicators=bool(need.indicators),
        has_text=bool(need.description.strip()),
    )


def _ways(stored: list[str]) -> tuple[Way, ...]:
    return tuple(Way(value) for value in stored)
