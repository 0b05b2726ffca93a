"""Matches of a listing: found by the index, read back from the database, weighed and explained. Changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import ColumnElement, select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.matching import policy, scoring
from marketplace.matching.cards import Card, need_card, result_card
from marketplace.matching.facts import Remark
from marketplace.matching.hits import hits
from marketplace.matching.models import Dismissal, Interest, Match
from marketplace.matching.reasons import Reason, Weight, reason_of, weigh
from marketplace.matching.reckoning import Reckoning, reckoned
from marketplace.matching.rules import DismissReason, InterestState, Side, Strength
from marketplace.needs import policy as need_policy
from marketplace.needs.models import Need
from marketplace.organisations.parties import names_of
from marketplace.results import policy as result_policy
from marketplace.results.models import Result
from search_index.document import Fragment
from search_index.document import Match as Hit
from search_index.highlight import highlight

POOL = 60
"""How many the index hands over: more than are shown, because facts re-rank and some may not be seen."""

SNIPPET = 90
"""Characters of the best stretch of a text."""

L = TypeVar("L", Result, Need)


@dataclass(frozen=True)
class MatchRow:
    """One match as a page shows it: the other side's card, its strength in words, and why."""

    result_id: int
    need_id: int
    card: Card
    strength: Strength
    reason: Reason
    title: tuple[Fragment, ...]
    snippet: tuple[Fragment, ...]
    reckoning: Reckoning
    interest_id: int | None = None
    interest_state: InterestState | None = None

    @property
    def missing(self) -> tuple[Remark, ...]:
        """What a listing leaves empty and the other side asks for."""
        return self.reason.weight.facts.missing

    @property
    def conflicts(self) -> tuple[Remark, ...]:
        """What contradicts."""
        return self.reason.weight.facts.conflicts


@dataclass(frozen=True)
class DismissedRow:
    """A match that this side has put away."""

    result_id: int
    need_id: int
    title: str
    reason: DismissReason
    at: datetime


def nearest(uow: UnitOfWork, listing: Result | Need, limit: int) -> frozenset[int]:
    """The listings of the other side whose texts are most like this one's: who may be in its list, found cheaply."""
    hidden = _hidden(uow, listing, Need if isinstance(listing, Result) else Result)
    return frozenset(hit.id for hit in hits(uow, listing, limit, hidden, explained=0))


def matches_for_need(
    uow: UnitOfWork, need_id: int, limit: int = 20, among: frozenset[int] | None = None
) -> tuple[MatchRow, ...]:
    """Published results for a need, the best first. Raises NotFound unless the actor is an insider of the need.

    With `among` the list ends with the last of these that is better than weak, which saves explaining the others.
    """
    need = own_need(uow, need_id)
    hidden = _hidden(uow, need, Result)
    found = hits(uow, need, POOL, hidden)
    visible = result_policy.visible(uow.actor) & Result.state.in_(Result.shown_in)
    results = _read(uow, Result, found, visible)
    names = names_of(uow.session, (result.party_id for result in results.values()))
    weights = {hit.id: weigh(uow, results[hit.id], need, hit, Side.NEED) for hit in found if hit.id in results}
    ranked = ((id_, reason_of(uow, weights[id_], results[id_], need, Side.NEED)) for id_ in _ranked(weights, among))
    reasons, best = _explained(ranked, limit), _best(weights)
    rows = [
        _row(reason, strength, best, result_card(results[id_], names), id_, need.id)
        for (id_, reason), strength in zip(reasons, _strengths(weights, reasons), strict=True)
    ]
    return _with_interests(uow, rows, Side.NEED)


def matches_for_result(
    uow: UnitOfWork, result_id: int, limit: int = 20, among: frozenset[int] | None = None
) -> tuple[MatchRow, ...]:
    """Published needs for a result, the best first. Raises NotFound unless the actor is an insider of the result.

    With `among` as in a need's list.
    """
    result = own_result(uow, result_id)
    hidden = _hidden(uow, result, Need)
    found = hits(uow, result, POOL, hidden)
    visible = need_policy.visible(uow.actor) & Need.state.in_(Need.shown_in)
    needs = _read(uow, Need, found, visible)
    names = names_of(uow.session, (need.party_id for need in needs.values()))
    weights = {hit.id: weigh(uow, result, needs[hit.id], hit, Side.RESULT) for hit in found if hit.id in needs}
    ranked = ((id_, reason_of(uow, weights[id_], result, needs[id_], Side.RESULT)) for id_ in _ranked(weights, among))
    reasons, best = _explained(ranked, limit), _best(weights)
    rows = [
        _row(reason, strength, best, need_card(needs[id_], names, names_party=not needs[id_].anonymous), result.id, id_)
        for (id_, reason), strength in zip(reasons, _strengths(weights, reasons), strict=True)
    ]
    return _with_interests(uow, rows, Side.RESULT)


def own_need(uow: UnitOfWork, need_id: int) -> Need:
    """The need, for its insiders. Raises NotFound for anybody else."""
    need = need_policy.require_visible(uow.actor, uow.session.get(Need, need_id))
    policy.require_insider(uow.actor, need)
    return need


def own_result(uow: UnitOfWork, result_id: int) -> Result:
    """The result, for its insiders. Raises NotFound for anybody else."""
    result = result_policy.require_visible(uow.actor, uow.session.get(Result, result_id))
    policy.require_insider(uow.actor, result)
    return result


def dismissed_by(uow: UnitOfWork, listing: Result | Need) -> tuple[DismissedRow, ...]:
    """What the listing's side has put away, the latest first."""
    side = Side(listing.kind.value)
    other: type[Result] | type[Need] = Need if side is Side.RESULT else Result
    ours, theirs = (Match.result_id, Match.need_id) if side is Side.RESULT else (Match.need_id, Match.result_id)
    statement = (
        select(Match.result_id, Match.need_id, other.title, Dismissal.reason, Dismissal.at)
        .join(Dismissal, Dismissal.match_id == Match.id)
        .join(other, other.id == theirs)
        .where(ours == listing.id, Dismissal.side == side)
        .order_by(Dismissal.at.desc(), Dismissal.id.desc())
    )
    return tuple(DismissedRow(*row) for row in uow.session.execute(statement))


def _hidden(uow: UnitOfWork, listing: Result | Need, other: type[Result] | type[Need]) -> frozenset[int]:
    """What is never offered to a listing: what its side put away, and what is its own party's."""
    own = uow.session.scalars(select(other.id).where(other.party_id == listing.party_id))
    away = dismissed_by(uow, listing)
    return frozenset(own) | {row.need_id if other is Need else row.result_id for row in away}


def _read(uow: UnitOfWork, model: type[L], found: Sequence[Hit], visible: ColumnElement[bool]) -> dict[int, L]:
    wanted = select(model).where(model.id.in_([hit.id for hit in found]), visible)
    return {listing.id: listing for listing in uow.session.scalars(wanted)}


def _ranked(weights: Mapping[int, Weight], among: frozenset[int] | None) -> list[int]:
    """Ids, the best first; with `among` as far as one of these could still be more than weak, whatever words carry it."""
    order = sorted(weights, key=lambda id_: (-weights[id_].score, id_))
    if among is None:
        return order
    at_best = scoring.strengths([weights[id_].score for id_ in order], [1.0] * len(order))
    good = [n for n, id_ in enumerate(order, start=1) if id_ in among and at_best[n - 1] is not Strength.WEAK]
    return order[: max(good, default=0)]


def _explained(reasons: Iterable[tuple[int, Reason]], limit: int) -> list[tuple[int, Reason]]:
    """The first that have a word to show for it: a match nobody can explain, of single characters, is not offered."""
    return list(islice(((id_, reason) for id_, reason in reasons if reason.why), limit))


def _strengths(weights: Mapping[int, Weight], reasons: Sequence[tuple[int, Reason]]) -> tuple[Strength, ...]:
    """A word for each of the first matches, seen against all that were found."""
    scores = sorted((weight.score for weight in weights.values()), reverse=True)
    shown = [reason.weight.score for _, reason in reasons]
    return scoring.strengths(scores, [reason.coverage for _, reason in reasons], shown)


def _best(weights: Mapping[int, Weight]) -> float:
    """The highest score of all that were found."""
    return max((weight.score for weight in weights.values()), default=0.0)


def _row(reason: Reason, strength: Strength, best: float, card: Card, result_id: int, need_id: int) -> MatchRow:
    words = [term.text for term in reason.terms]
    title, snippet = highlight(card.title, words), highlight(card.text, words, SNIPPET)
    return MatchRow(result_id, need_id, card, strength, reason, title, snippet, reckoned(reason, best))


def _with_interests(uow: UnitOfWork, rows: Sequence[MatchRow], side: Side) -> tuple[MatchRow, ...]:
    """Mark the rows about which this side has already told the other."""
    pairs = {(row.result_id, row.need_id) for row in rows}
    statement = (
        select(Interest.result_id, Interest.need_id, Interest.id, Interest.state)
        .where(
            Interest.side == side,
            Interest.result_id.in_({result_id for result_id, _ in pairs}),
            Interest.need_id.in_({need_id for _, need_id in pairs}),
        )
        .order_by(Interest.id)
    )
    known = {(result_id, need_id): (id_, state) for result_id, need_id, id_, state in uow.session.execute(statement)}
    return tuple(_marked(row, known.get((row.result_id, row.need_id))) for row in rows)


def _marked(row: MatchRow, interest: tuple[int, InterestState] | None) -> MatchRow:
    return replace(row, interest_id=interest[0], interest_state=interest[1]) if interest else row
