"""What duplicates amount to for whoever reads figures. Reads only; amounts in fen.

Three copies of one contract are three pairs and yet only two amounts too much, so what hangs together is added up as one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.duplicates.models import Duplicate, keys_of
from marketplace.duplicates.policy import is_in_office
from marketplace.duplicates.rules import DuplicateState, Key, Record, RecordKind
from marketplace.duplicates.sources import records_of
from marketplace.kernel.permissions import Actor


@dataclass(frozen=True)
class Weight:
    """A number of pairs or contracts, and what is too much by them, in fen."""

    count: int = 0
    fen: int = 0


@dataclass(frozen=True)
class Waiting:
    """The pairs that wait: between contracts here, which a figure may hold; and with a row of the ledger, which none does."""

    contracts: Weight = Weight()
    ledger: Weight = Weight()

    @property
    def count(self) -> int:
        """All pairs that wait."""
        return self.contracts.count + self.ledger.count


def waiting(session: Session, actor: Actor) -> Waiting:
    """What waits to be settled in this official's office; what is confirmed already is too much without it."""
    pairs = _pairs(session, actor, DuplicateState.OPEN)
    contracts, ledger = _between(pairs), [pair for pair in pairs if pair[1][0] is RecordKind.OFFLINE]
    confirmed = _between(_pairs(session, actor, DuplicateState.SAME)) if contracts else []
    records = records_of(session, {key for pair in (*pairs, *confirmed) for key in pair})
    by_both, by_those = _surplus(records, [*contracts, *confirmed]), _surplus(records, confirmed)
    return Waiting(
        Weight(len(contracts), by_both.fen - by_those.fen), Weight(len(ledger), _surplus(records, ledger).fen)
    )


def counted_twice(session: Session, actor: Actor) -> Weight:
    """Contracts in force that are in the signed amount besides the one that is the same: how many, and so much."""
    pairs = _between(_pairs(session, actor, DuplicateState.SAME))
    records = records_of(session, {key for pair in pairs for key in pair})
    return _surplus({key: one for key, one in records.items() if one.is_in_force}, pairs)


def _pairs(session: Session, actor: Actor, state: DuplicateState) -> list[tuple[Key, Key]]:
    found = select(Duplicate).where(Duplicate.state == state, is_in_office(actor)).order_by(Duplicate.id)
    return [keys_of(row) for row in session.scalars(found)]


def _between(pairs: Sequence[tuple[Key, Key]]) -> list[tuple[Key, Key]]:
    """Those of two contracts; where there is a row of the ledger, it stands second."""
    return [pair for pair in pairs if pair[1][0] is RecordKind.DEAL]


def _surplus(records: Mapping[Key, Record], pairs: Sequence[tuple[Key, Key]]) -> Weight:
    alike = ([records[key] for key in group if key in records and records[key].stands] for group in _groups(pairs))
    extra = [fen for one in alike for fen in _too_many(one)]
    return Weight(len(extra), sum(extra))


def _groups(pairs: Iterable[tuple[Key, Key]]) -> list[frozenset[Key]]:
    """What hangs together: records that are the same as a third are the same, whether or not they are a pair themselves."""
    group_of: dict[Key, frozenset[Key]] = {}
    for one, other in pairs:
        joined = group_of.get(one, frozenset({one})) | group_of.get(other, frozenset({other}))
        group_of.update(dict.fromkeys(joined, joined))
    return list(dict.fromkeys(group_of.values()))


def _too_many(alike: Collection[Record]) -> list[int]:
    """The amounts that are too many of one contract, of which the largest is right.

    Where a contract here is among rows of the ledger it is the one, and every row is too much.
    """
    rows = [one.fen for one in alike if one.kind is RecordKind.OFFLINE]
    return rows if rows and len(rows) < len(alike) else sorted(one.fen for one in alike)[:-1]
