"""Matches of a listing: found by the index, read back from the database, weighed and explained. Changes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import ColumnElement, select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.matching import policy, scoring
from marketplace.matching.cards import Card, need_card, result_card
from marketplace.matching.facts import Remark
from marketplace.matching.hits import among_first, hits
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
class _Candidate:
    """Result and need of a match that may be shown, and what it weighs."""

    pair: tuple[Result, Need]
    weight: Weight


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
    return frozenset(hit.id for hit in hits(uow, listing, limit, _hidden(uow, listing), explained=0))


def among_nearest(uow: UnitOfWork, listing: Result | Need, limit: int, others: frozenset[int]) -> frozenset[int]:
    """Which of these of the other side are among its nearest; cheaper still, for it is mostly known how near they must be."""
    return among_first(uow, listing, limit, others, lambda: _hidden(uow, listing))


def matches_for_need(uow: UnitOfWork, need_id: int, limit: int = 20) -> tuple[MatchRow, ...]:
    """Published results for a need, the best first. Raises NotFound unless the actor is an insider of the need."""
    need = own_need(uow, need_id)
    return _with_interests(uow, _rows(uow, need, _found(uow, need), limit), Side.NEED)


def matches_for_result(uow: UnitOfWork, result_id: int, limit: int = 20) -> tuple[MatchRow, ...]:
    """Published needs for a result, the best first. Raises NotFound unless the actor is an insider of the result."""
    result = own_result(uow, result_id)
    return _with_interests(uow, _rows(uow, result, _found(uow, result), limit), Side.RESULT)


def good_matches(uow: UnitOfWork, listing: Result | Need, among: frozenset[int] | None = None) -> list[MatchRow]:
    """The rows of a listing's own list that are better than weak; what cannot be is not even explained.

    With `among` the list ends with the last of these.
    """
    found = _found(uow, listing)
    order = _ranked(found)
    at_best = scoring.strengths([found[id_].weight.score for id_ in order], [1.0] * len(order))
    good = [id_ for id_, strength in zip(order, at_best, strict=True) if strength is not Strength.WEAK]
    places = [place for place, id_ in enumerate(good, start=1) if among is None or id_ in among]
    rows = _rows(uow, listing, found, scoring.FAIR_RANKS, frozenset(good[: max(places, default=0)]))
    return [row for row in rows if row.strength is not Strength.WEAK]


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


def _hidden(uow: UnitOfWork, listing: Result | Need) -> frozenset[int]:
    """What is never offered to a listing: what its side put away, and what is its own party's."""
    other: type[Result] | type[Need] = Need if isinstance(listing, Result) else Result
    own = uow.session.scalars(select(other.id).where(other.party_id == listing.party_id))
    away = dismissed_by(uow, listing)
    return frozenset(own) | {row.need_id if other is Need else row.result_id for row in away}


def _found(uow: UnitOfWork, listing: Result | Need) -> dict[int, _Candidate]:
    """What the index finds for a listing and everybody may see, by id, each with what it weighs."""
    found = hits(uow, listing, POOL, _hidden(uow, listing))
    others = _shown(uow, listing, [hit.id for hit in found])
    candidates = {}
    for hit in found:
        if hit.id in others:
            result, need = pair = _pair(listing, others[hit.id])
            candidates[hit.id] = _Candidate(pair, weigh(uow, result, need, hit, Side(listing.kind.value)))
    return candidates


def _pair(listing: Result | Need, other: Result | Need) -> tuple[Result, Need]:
    result, need = (listing, other) if isinstance(listing, Result) else (other, listing)
    assert isinstance(result, Result)
    assert isinstance(need, Need)
    return result, need


def _shown(uow: UnitOfWork, listing: Result | Need, ids: Collection[int]) -> Mapping[int, Result | Need]:
    """Of these of the other side, those that the actor sees and that are published."""
    if isinstance(listing, Result):
        return _read(uow, Need, need_policy.visible(uow.actor), ids)
    return _read(uow, Result, result_policy.visible(uow.actor), ids)


def _read(uow: UnitOfWork, model: type[L], visible: ColumnElement[bool], ids: Collection[int]) -> dict[int, L]:
    wanted = select(model).where(model.id.in_(ids), visible, model.state.in_(model.shown_in))
    return {listing.id: listing for listing in uow.session.scalars(wanted)}


def _ranked(found: Mapping[int, _Candidate]) -> list[int]:
    return sorted(found, key=lambda id_: (-found[id_].weight.score, id_))


def _rows(
    uow: UnitOfWork,
    listing: Result | Need,
    found: Mapping[int, _Candidate],
    limit: int,
    among: frozenset[int] | None = None,
) -> list[MatchRow]:
    """The first that have a word to show for it, the strong ones ahead: a match nobody can explain is not offered."""
    side, order = Side(listing.kind.value), _ranked(found)
    candidates = (found[id_] for id_ in order if among is None or id_ in among)
    explained = ((one.pair, reason_of(uow, one.weight, *one.pair, side)) for one in candidates)
    reasons = list(islice(((pair, reason) for pair, reason in explained if reason.why), limit))
    strengths = scoring.strengths(
        [found[id_].weight.score for id_ in order],
        [reason.coverage for _, reason in reasons],
        [reason.weight.score for _, reason in reasons],
    )
    best = found[order[0]].weight.score if order else 0.0
    cards = _cards(uow, side, [pair for pair, _ in reasons])
    rows = [
        _row(pair, reason, strength, card, best)
        for (pair, reason), strength, card in zip(reasons, strengths, cards, strict=True)
    ]
    return sorted(rows, key=lambda row: row.strength.rank)


def _cards(uow: UnitOfWork, side: Side, pairs: Sequence[tuple[Result, Need]]) -> list[Card]:
    """The other side's cards."""
    if side is Side.NEED:
        names = names_of(uow.session, (result.party_id for result, _ in pairs))
        return [result_card(result, names) for result, _ in pairs]
    names = names_of(uow.session, (need.party_id for _, need in pairs))
    return [need_card(need, names, names_party=not need.anonymous) for _, need in pairs]


def _row(pair: tuple[Result, Need], reason: Reason, strength: Strength, card: Card, best: float) -> MatchRow:
    """`best` is the score of the strongest of all that were found."""
    words = [term.text for term in reason.terms]
    title, snippet = highlight(card.title, words), highlight(card.text, words, SNIPPET)
    return MatchRow(pair[0].id, pair[1].id, card, strength, reason, title, snippet, reckoned(reason, best))


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
