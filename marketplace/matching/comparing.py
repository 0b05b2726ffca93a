"""Two matches of one listing side by side: what is asked, what each says to it, fact by fact. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel import wording
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Param
from marketplace.matching.facts import Fact, Judgement, Remark, judgements
from marketplace.matching.queries import MatchRow, matches_for_need, matches_for_result, own_need, own_result
from marketplace.matching.rules import Side
from marketplace.matching.texts import need_facts, result_facts
from marketplace.needs.models import Need
from marketplace.results.models import Result

Said = Mapping[Fact, Remark]
"""What a listing says to a fact, as a phrase; a fact it says nothing to is left out."""


_PLAIN: Mapping[Fact, str] = {}
_LIMITS: Mapping[Fact, str] = {Fact.PRICE: N_("up to %(value)s"), Fact.MATURITY: N_("at least: %(value)s")}
"""What a need says of these is a bound."""


@dataclass(frozen=True)
class Cell:
    """What one of the two says to a fact, and how that goes together with the own listing."""

    said: Remark | None
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True)
class Line:
    """One fact: what the own listing says, and the two beside it."""

    fact: Fact
    own: Remark | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Comparison:
    """The own listing, the two matches in the order in which they were chosen, and their facts."""

    listing: Result | Need
    side: Side
    rows: tuple[MatchRow, ...]
    lines: tuple[Line, ...]


def compare_results(uow: UnitOfWork, need_id: int, chosen: Sequence[int]) -> Comparison:
    """Two results of a need's match list. Raises NotFound unless the actor is an insider of the need, InvalidInput unless
    two of the list are named."""
    rows = _two({row.result_id: row for row in matches_for_need(uow, need_id)}, chosen)
    need = own_need(uow, need_id)
    pairs = [(uow.session.get_one(Result, row.result_id), need) for row in rows]
    lines = _lines(_asked(need), [_offered(result) for result, _ in pairs], _judged(uow, pairs))
    return Comparison(need, Side.NEED, rows, lines)


def compare_needs(uow: UnitOfWork, result_id: int, chosen: Sequence[int]) -> Comparison:
    """Two needs of a result's match list. Raises as `compare_results`."""
    rows = _two({row.need_id: row for row in matches_for_result(uow, result_id)}, chosen)
    result = own_result(uow, result_id)
    pairs = [(result, uow.session.get_one(Need, row.need_id)) for row in rows]
    lines = _lines(_offered(result), [_asked(need) for _, need in pairs], _judged(uow, pairs))
    return Comparison(result, Side.RESULT, rows, lines)


def _judged(uow: UnitOfWork, pairs: Sequence[tuple[Result, Need]]) -> list[tuple[Judgement, ...]]:
    today = china_day(uow.now())
    return [judgements(result_facts(result), need_facts(need), today) for result, need in pairs]


def _two(offered: Mapping[int, MatchRow], chosen: Sequence[int]) -> tuple[MatchRow, ...]:
    rows = [offered[id_] for id_ in dict.fromkeys(chosen) if id_ in offered]
    if len(rows) != 2:
        raise InvalidInput(N_("Tick two matches of the list to compare them."))
    return tuple(rows)


def _lines(own: Said, others: Sequence[Said], found: Sequence[Sequence[Judgement]]) -> tuple[Line, ...]:
    lines = []
    for fact in Fact:
        cells = tuple(
            Cell(said.get(fact), tuple(one for one in judged if one.fact is fact))
            for said, judged in zip(others, found, strict=True)
        )
        if fact in own or any(cell.said or cell.judgements for cell in cells):
            lines.append(Line(fact, own.get(fact), cells))
    return tuple(lines)


def _offered(result: Result) -> Said:
    facts = result_facts(result)
    figures = f"{result.metric} {result.before} → {result.after} {result.unit}".strip() if facts.has_figures else ""
    return _written(
        {
            Fact.PRICE: None if facts.price_fen is None else wording.amount(facts.price_fen),
            Fact.MATURITY: facts.maturity and wording.words([facts.maturity]),
            Fact.COUNTY: facts.county and wording.in_county(facts.county),
            Fact.WAYS: wording.words(facts.ways) if facts.ways else None,
            Fact.FIGURES: figures,
        }
    )


def _asked(need: Need) -> Said:
    facts = need_facts(need)
    return _written(
        {
            Fact.PRICE: None if facts.budget_max_fen is None else wording.amount(facts.budget_max_fen),
            Fact.MATURITY: facts.maturity_wanted and wording.words([facts.maturity_wanted]),
            Fact.COUNTY: facts.county_wanted and wording.in_county(facts.county_wanted),
            Fact.WAYS: wording.words(facts.ways) if facts.ways else None,
            Fact.DEADLINE: None if facts.deadline is None else wording.on_day(facts.deadline),
            Fact.FIGURES: "；".join(f"{row['name']}：{row['value']}" for row in need.indicators),
        },
        _LIMITS,
    )


def _written(said: Mapping[Fact, Param | None], phrases: Mapping[Fact, str] = _PLAIN) -> Said:
    return {fact: Remark(phrases.get(fact, "%(value)s"), {"value": value}) for fact, value in said.items() if value}
