"""Why a result and a need match: the summands of the score, the words that carry it, and what the facts say."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.listings.rules import ListingKind
from marketplace.matching import scoring
from marketplace.matching.facts import Facts, Remark, compare_facts
from marketplace.matching.rules import Place, Side
from marketplace.matching.scoring import Part
from marketplace.matching.texts import need_facts, need_text, result_facts, result_text
from marketplace.needs.models import Need
from marketplace.results.models import Result
from search_index.document import Explanation, Match
from search_index.highlight import ReadableTerm, readable_terms


@dataclass(frozen=True)
class Why:
    """A word that carries a match, and where it stands."""

    text: str
    field: Place


@dataclass(frozen=True)
class Reason:
    """The reasons of one match; `parts` add up to `score`."""

    score: float
    parts: tuple[Part, ...]
    terms: tuple[ReadableTerm, ...]
    facts: Facts

    @property
    def why(self) -> tuple[Why, ...]:
        """The words for a person to read, the heaviest first."""
        return tuple(Why(term.text, Place(term.field)) for term in self.terms)


def reason_of(uow: UnitOfWork, result: Result, need: Need, hit: Match, side: Side) -> Reason:
    """The reasons of a match, from what the index says of it; `side` is the side that looks."""
    facts = compare_facts(result_facts(result), need_facts(need), china_day(uow.now()))
    result_words, need_words = result_text(result), need_text(need)
    parts = scoring.parts_of(hit.score, len(result_words if side is Side.NEED else need_words), facts.fits)
    terms = readable_terms(hit.explanation.shares, f"{result.title}\n{result_words}", f"{need.title}\n{need_words}")
    return Reason(scoring.total(parts), parts, terms, facts)


def explain(uow: UnitOfWork, result: Result, need: Need, side: Side) -> Reason:
    """The reasons for one pair, whether or not it would be in anybody's list."""
    if side is Side.NEED:
        hit = uow.services.catalogues[ListingKind.RESULT].explain(need.title, need_text(need), result.id)
    else:
        hit = uow.services.catalogues[ListingKind.NEED].explain(result.title, result_text(result), need.id)
    return reason_of(uow, result, need, hit or Match(0, 0.0, Explanation(())), side)


def stored(reason: Reason) -> dict[str, Any]:
    """The reasons as JSON, kept with the pair when somebody acts on it."""
    return {
        "score": reason.score,
        "parts": [{"name": part.name.value, "share": part.share} for part in reason.parts],
        "terms": [{"text": term.text, "field": term.field, "share": term.share} for term in reason.terms],
        "missing": _as_json(reason.facts.missing),
        "conflicts": _as_json(reason.facts.conflicts),
    }


def _as_json(remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    return [{"message": remark.message, "params": dict(remark.params)} for remark in remarks]
