"""Where records come from that are compared. Each kind registers itself, for the feature that has it may lie above this one."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select
from sqlalchemy.orm import Session

from marketplace.duplicates.rules import Key, Limits, Record, RecordKind
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import Actor


@dataclass(frozen=True)
class Source:
    """One kind of record.

    - near: the standing records that share a party with one of these and may be near enough in days; some more do no harm
    - records: by their ids, standing or not
    - in_office: the ids of those that an official may know of and decide about
    - set_aside: books one off because it is the same as another, with a reason; None for what is only ended by its parties
    """

    kind: RecordKind
    near: Callable[[Session, Sequence[Record], Limits], Iterable[Record]]
    records: Callable[[Session, Collection[int]], Mapping[int, Record]]
    in_office: Callable[[Actor], Select[int]]
    set_aside: Callable[[UnitOfWork, int, str, Record], None] | None = None


SOURCES: dict[RecordKind, Source] = {}


def register(source: Source) -> Source:
    """Have a kind of record compared."""
    SOURCES[source.kind] = source
    return source


def record_of(session: Session, kind: RecordKind, id_: int) -> Record | None:
    """One record, or None where there is nothing to compare, as in a deal without a contract."""
    return SOURCES[kind].records(session, [id_]).get(id_)


def records_of(session: Session, keys: Collection[Key]) -> Mapping[Key, Record]:
    """Several records of every kind; a few queries for each kind, however many there are."""
    ids = {kind: {id_ for one, id_ in keys if one is kind} for kind in SOURCES}
    return {
        (kind, id_): record
        for kind, some in ids.items()
        if some
        for id_, record in SOURCES[kind].records(session, some).items()
    }
