"""Reads back why a pair was offered, as it was recorded: by an older version of the house perhaps, so nothing is relied on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.matching.facts import Remark
from marketplace.matching.models import Dismissal, Interest, Match
from marketplace.matching.rules import Side, Strength
from marketplace.matching.why import Kin, Why, why_stored
from marketplace.needs.models import Need
from marketplace.results.models import Result


@dataclass(frozen=True)
class Recalled:
    """The reasons as they were at a moment (UTC); `strength` is None where the pair was in no list."""

    at: datetime
    strength: Strength | None
    why: tuple[Why | Kin, ...]
    missing: tuple[Remark, ...]
    conflicts: tuple[Remark, ...]


def of_interest(interest: Interest) -> Recalled | None:
    """Why the pair of an interest was offered to its sender; None where only one listing is named."""
    return _recalled(interest.explanation, interest.explained_at)


def put_away(uow: UnitOfWork, listing: Result | Need) -> dict[tuple[int, int], Recalled]:
    """(result, need) -> why it had been offered, of the pairs the listing's side has put away."""
    side = Side(listing.kind.value)
    own = Match.result_id if side is Side.RESULT else Match.need_id
    columns = (Match.result_id, Match.need_id, Dismissal.explanation, Dismissal.explained_at)
    rows = select(*columns).join(Match, Match.id == Dismissal.match_id).where(own == listing.id, Dismissal.side == side)
    found = {(result, need): _recalled(explanation, at) for result, need, explanation, at in uow.session.execute(rows)}
    return {pair: recalled for pair, recalled in found.items() if recalled}


def _recalled(explanation: Mapping[str, Any] | None, at: datetime | None) -> Recalled | None:
    if explanation is None or at is None:
        return None
    return Recalled(
        at=at,
        strength=next((one for one in Strength if one == explanation.get("strength")), None),
        why=why_stored(explanation),
        missing=_remarks(explanation.get("missing", ())),
        conflicts=_remarks(explanation.get("conflicts", ())),
    )


def _remarks(stored: Iterable[Mapping[str, Any]]) -> tuple[Remark, ...]:
    return tuple(Remark(one["message"], one["params"]) for one in stored)
