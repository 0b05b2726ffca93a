"""Finds what a record may be the same contract as, and keeps each such pair once.

Finding runs after the record is committed, so of two that are made at the same moment the later look sees both. Whoever is about
to make one asks `found_for` beforehand and decides.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.duplicates.events import DuplicateMoved
from marketplace.duplicates.models import Duplicate
from marketplace.duplicates.rules import (
    DUPLICATE_STATES,
    DuplicateState,
    Likeness,
    Limits,
    Record,
    RecordKind,
    in_order,
    likeness,
)
from marketplace.duplicates.sources import SOURCES
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.settings import Settings

_SYSTEM = frozenset({Relation.SYSTEM})


@dataclass(frozen=True)
class Found:
    """A record that another may be the same as, and why; `is_shown`: whoever asks may know more than that it is there."""

    record: Record
    likeness: Likeness
    is_shown: bool = True


def limits_of(settings: Settings) -> Limits:
    """The limits in force."""
    return Limits(settings.duplicate_amount_percent, settings.duplicate_days, settings.duplicate_title_percent)


def found_for(session: Session, records: Sequence[Record], limits: Limits) -> Mapping[int, list[Found]]:
    """By the place of each record, the standing records that it may be the same as, newest first. Two queries for many."""
    found: dict[int, list[Found]] = defaultdict(list)
    others = [one for source in SOURCES.values() for one in source.near(session, records, limits)] if records else []
    by_key: dict[str, list[Record]] = defaultdict(list)
    for other in others:
        for key in {other.seller.key, other.buyer.key, other.seller.code, other.buyer.code} - {""}:
            by_key[key].append(other)
    for place, record in enumerate(records):
        keys = (record.seller.key, record.buyer.key, record.seller.code, record.buyer.code)
        candidates = {(one.kind, one.id): one for key in keys for one in by_key.get(key, ())}
        candidates.pop((record.kind, record.id), None)
        alike = [(one, likeness(record, one, limits)) for one in candidates.values()]
        hits = [Found(one, like) for one, like in alike if like is not None]
        found[place] = sorted(hits, key=lambda hit: (hit.record.kind, -hit.record.day.toordinal(), hit.record.id))
    return found


def shown_to(actor: Actor, found: Sequence[Found]) -> tuple[Found, ...]:
    """What an official may see of them: records of other counties are there, and nothing more is told."""

    def is_his(record: Record) -> bool:
        return any(actor.is_official_for(county) for county in (record.seller_county, record.buyer_county))

    return tuple(replace(one, is_shown=is_his(one.record)) for one in found)


def look(uow: UnitOfWork, record: Record) -> None:
    """Keep a suspicion for each standing record that this one may be the same as. Idempotent; emits DuplicateMoved."""
    for hit in found_for(uow.session, [record], limits_of(uow.settings))[0]:
        _suspect(uow, *in_order(record, hit.record), hit.likeness)


def lapse(uow: UnitOfWork, kind: RecordKind, id_: int) -> None:
    """Nobody is asked any more about a record that no longer stands. Emits DuplicateMoved."""
    for row in _of_record(uow.session, kind, id_, DuplicateState.OPEN):
        advance(uow, DUPLICATE_STATES, row, "lapse", _SYSTEM, resolved_at=uow.now())
        announce(uow, row, "lapse")


def announce(uow: UnitOfWork, row: Duplicate, action: str) -> None:
    """Say what has become of a pair."""
    names = (f"{row.first_kind.value}:{row.first_id}", f"{row.second_kind.value}:{row.second_id}")
    uow.emit(DuplicateMoved(row.id, action, *names, row.standing))


def _suspect(uow: UnitOfWork, first: Record, second: Record, like: Likeness) -> None:
    known = _pair(uow.session, first, second)
    if known is None:
        row = _row(uow, first, second, like)
        try:
            with uow.session.begin_nested():
                uow.session.add(row)
        except IntegrityError:
            return  # Another worker has just found the same pair.
        announce(uow, row, "find")
    elif known.state is DuplicateState.MOOT:
        advance(uow, DUPLICATE_STATES, known, "revive", _SYSTEM, resolved_at=None)
        announce(uow, known, "revive")


def _row(uow: UnitOfWork, first: Record, second: Record, like: Likeness) -> Duplicate:
    return Duplicate(
        first_kind=first.kind,
        first_id=first.id,
        second_kind=second.kind,
        second_id=second.id,
        title=first.title,
        seller_county=first.seller_county or second.seller_county,
        buyer_county=first.buyer_county or second.buyer_county,
        fen=min(first.fen, second.fen),
        same_result=like.same_result,
        title_percent=like.title_percent,
        found_at=uow.now(),
        state=DuplicateState.OPEN,
    )


def _pair(session: Session, first: Record, second: Record) -> Duplicate | None:
    one = (Duplicate.first_kind == first.kind, Duplicate.first_id == first.id)
    other = (Duplicate.second_kind == second.kind, Duplicate.second_id == second.id)
    return session.scalar(select(Duplicate).where(*one, *other))


def _of_record(session: Session, kind: RecordKind, id_: int, state: DuplicateState) -> Sequence[Duplicate]:
    first = and_(Duplicate.first_kind == kind, Duplicate.first_id == id_)
    second = and_(Duplicate.second_kind == kind, Duplicate.second_id == id_)
    found = select(Duplicate).where(or_(first, second), Duplicate.state == state)
    return session.scalars(found.order_by(Duplicate.id).with_for_update()).all()
