"""The reading side of duplicates: one pair side by side, and lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import User
from marketplace.duplicates.models import Duplicate, keys_of
from marketplace.duplicates.policy import is_in_office, relations
from marketplace.duplicates.rules import DUPLICATE_STATES, DuplicateState, Record, RecordKind, may_count
from marketplace.duplicates.sources import records_of
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Transition


@dataclass(frozen=True)
class Pair:
    """Two records that may be, or are, one contract; `resolver` is the name of who settled it."""

    row: Duplicate
    first: Record
    second: Record
    resolver: str = ""
    actions: tuple[Transition[DuplicateState], ...] = ()

    @property
    def records(self) -> tuple[Record, Record]:
        """Both, in their order."""
        return self.first, self.second

    @property
    def is_between_contracts(self) -> bool:
        """Both are contracts here, so that both count until one of them is ended by its parties."""
        return self.second.kind is RecordKind.DEAL

    @property
    def counts_twice(self) -> bool:
        """Confirmed, and both contracts are in force."""
        both = self.first.is_in_force and self.second.is_in_force
        return self.row.state is DuplicateState.SAME and self.is_between_contracts and both

    @property
    def outcomes(self) -> tuple[tuple[Record, Record], ...]:
        """What may count, each with the record that then does not."""
        return tuple((one, self.second if one is self.first else self.first) for one in self.may_count)

    @property
    def may_count(self) -> tuple[Record, ...]:
        """Which of them may be the one that counts; none as long as no contract of them is signed."""
        return may_count(self.first, self.second)


def pair(uow: UnitOfWork, duplicate_id: int) -> Pair:
    """One pair. Raises NotFound when it is not there or not of this official's office."""
    row = uow.session.get(Duplicate, duplicate_id)
    held = relations(uow.session, uow.actor, row) if row is not None else frozenset()
    if row is None or not held:
        raise NotFound(N_("There is no such page."))
    [found] = _pairs(uow.session, [row])
    return Pair(found.row, found.first, found.second, found.resolver, DUPLICATE_STATES.available(row.state, held))


def listed(uow: UnitOfWork, state: DuplicateState, limit: int = 200) -> list[Pair]:
    """The pairs of this official's office in a state: what waits longest first, what was settled last first."""
    order = Duplicate.found_at if state is DuplicateState.OPEN else Duplicate.resolved_at.desc()
    rows = select(Duplicate).where(Duplicate.state == state, is_in_office(uow.actor)).order_by(order, Duplicate.id)
    return _pairs(uow.session, uow.session.scalars(rows.limit(limit)).all())


def of_record(uow: UnitOfWork, kind: RecordKind, id_: int) -> list[Pair]:
    """The pairs a record is in, as far as this official settles them."""
    first = and_(Duplicate.first_kind == kind, Duplicate.first_id == id_)
    second = and_(Duplicate.second_kind == kind, Duplicate.second_id == id_)
    rows = select(Duplicate).where(or_(first, second), is_in_office(uow.actor)).order_by(Duplicate.id.desc())
    return _pairs(uow.session, uow.session.scalars(rows).all())


def _pairs(session: Session, rows: Sequence[Duplicate]) -> list[Pair]:
    found = records_of(session, [key for row in rows for key in keys_of(row)])
    ids = {row.resolved_by_id for row in rows}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())
    return [
        Pair(
            row,
            found[row.first_kind, row.first_id],
            found[row.second_kind, row.second_id],
            names.get(row.resolved_by_id or 0, ""),
        )
        for row in rows
    ]
