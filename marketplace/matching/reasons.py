"""Why a result and a need match: the summands of the score, the words that carry it, and what the facts say."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.matching import scoring
from marketplace.matching.facts import Facts, Remark, compare_facts
from marketplace.matching.hits import hit
from marketplace.matching.rules import Place, Side
from marketplace.matching.scoring import Part
from marketplace.matching.texts import need_facts, need_text, result_facts, result_text
from marketplace.matching.why import Kin, Why, kin_of, says_something
from marketplace.needs.models import Need
from marketplace.results.models import Result
from search_index.analysis import fold
from search_index.document import Explanation, Match
from search_index.highlight import highlight
from search_index.shared_words import ReadableTerm, readable_terms

TERMS = 5
"""Words a person reads."""

POOR = 0.03
"""A word that carries less of the text's score than this is no reason."""

SLIGHT = 0.1
"""Words that together carry less of the text's score than this do not make a match better than weak."""


@dataclass(frozen=True)
class Weight:
    """What one match weighs; `parts` add up to `score`."""

    hit: Match
    score: float
    parts: tuple[Part, ...]
    facts: Facts


@dataclass(frozen=True)
class Reason:
    """The reasons of one match. `coverage` is the share of the own title's characters that the other side's words cover.

    `kin` is shown and ranks nothing: it is no part of the score.
    """

    weight: Weight
    terms: tuple[ReadableTerm, ...]
    kin: tuple[Kin, ...]
    coverage: float

    @property
    def why(self) -> tuple[Why | Kin, ...]:
        """What a person reads: the words in common, the heaviest first, then words near in meaning. Empty: no reason."""
        return *(Why(term.text, Place(term.field)) for term in self.terms), *self.kin


def weigh(uow: UnitOfWork, result: Result, need: Need, hit: Match, side: Side) -> Weight:
    """The score of a match, from what the index says of it; `side` is the side that looks."""
    facts = compare_facts(result_facts(result), need_facts(need), china_day(uow.now()))
    shown = result_text(result) if side is Side.NEED else need_text(need)
    parts = scoring.parts_of(_words(hit), hit.explanation.standing, len(shown), facts.fits)
    return Weight(hit, scoring.total(parts), parts, facts)


def reason_of(uow: UnitOfWork, weight: Weight, result: Result, need: Need, side: Side) -> Reason:
    """The words that carry a match, and words near in meaning where there are few."""
    offered, asked = f"{result.title}\n{result_text(result)}", f"{need.title}\n{need_text(need)}"
    found = _words_in_common(weight.hit, offered, asked)
    title = need.title if side is Side.NEED else result.title
    marked = sum(len(part.text) for part in highlight(title, [term.text for term in found]) if part.marked)
    meaning = uow.services.meanings.newest()
    titles, folded = f"{result.title}\n{need.title}", (fold(offered), fold(asked))
    terms = tuple(term for term in found if says_something(term.text, meaning, titles, *folded))[:TERMS]
    # Where hardly a word says something no title is met, however often 技术 stands in it.
    coverage = marked / max(len(title), 1) if carried(terms) >= SLIGHT * _words(weight.hit) else 0.0
    return Reason(weight, terms, kin_of(meaning, result, need, len(terms)), coverage)


def explain(uow: UnitOfWork, result: Result, need: Need, side: Side) -> Reason:
    """The reasons for one pair, whether or not it would be in anybody's list."""
    found = hit(uow, need, result.id) if side is Side.NEED else hit(uow, result, need.id)
    weight = weigh(uow, result, need, found or Match(0, 0.0, Explanation(())), side)
    return reason_of(uow, weight, result, need, side)


def _words_in_common(hit: Match, first: str, second: str) -> tuple[ReadableTerm, ...]:
    """What carries something. The texts are cut into words in turn, for 同步电机 is one word in one text and two in another."""
    found = _heavy(hit, first, second)
    if carried(found) >= _words(hit) / 2:
        return found
    return max(found, _heavy(hit, second, first), key=carried)


def _heavy(hit: Match, first: str, second: str) -> tuple[ReadableTerm, ...]:
    """The words that carry enough of the score, the heaviest alone where none does; single characters are no words."""
    terms = [t for t in readable_terms(hit.explanation.shares, first, second, limit=3 * TERMS) if len(t.text) > 1]
    return tuple(term for term in terms if term.share >= POOR * _words(hit)) or tuple(terms[:1])


def _words(hit: Match) -> float:
    """What the words make of the score."""
    return hit.score - hit.explanation.standing


def carried(terms: Sequence[ReadableTerm]) -> float:
    """What words in common make of the score together."""
    return math.fsum(term.share for term in terms)


def stored(reason: Reason) -> dict[str, Any]:
    """The reasons as JSON, kept with the pair when somebody acts on it."""
    return {
        "score": reason.weight.score,
        "parts": [{"name": part.name.value, "share": part.share} for part in reason.weight.parts],
        "terms": [{"text": term.text, "field": term.field, "share": term.share} for term in reason.terms],
        "kin": [asdict(kin) for kin in reason.kin],
        "missing": _as_json(reason.weight.facts.missing),
        "conflicts": _as_json(reason.weight.facts.conflicts),
    }


def _as_json(remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    return [{"message": remark.message, "params": dict(remark.params)} for remark in remarks]
