"""Moves a row along its state table with one guarded UPDATE, so that of two people who press at once one wins."""

from typing import Any, TypeVar

from sqlalchemy import update

from marketplace.infra.database import Base
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, Transition

S = TypeVar("S", bound=Labelled)


def advance(
    uow: UnitOfWork,
    table: StateTable[S],
    row: Any,
    action: str,
    relations: frozenset[Relation],
    reason: str = "",
    **values: object,
) -> Transition[S]:
    """Take `action` on `row` (a mapped object with `id` and `state`), setting `values` in the same UPDATE.

    Raises Conflict when the state does not allow it or somebody was faster, NotPermitted when the actor may not, InvalidInput
    when the transition asks for a reason and there is none.
    """
    transition = table.require(action, row.state, relations)
    if transition.reason_required and not reason.strip():
        raise InvalidInput(N_("Please give a reason."), field="reason")
    guarded_update(uow, row, row.state, state=transition.target, **values)
    return transition


def guarded_update(uow: UnitOfWork, row: Base, old_state: Labelled, **values: object) -> None:
    """UPDATE … WHERE state = :old; raises Conflict when another transaction has moved the row meanwhile."""
    uow.flush()
    model: Any = type(row)
    mapper = model.__mapper__
    owner = mapper.attrs["state"].columns[0].table
    columns = {mapper.attrs[name].columns[0].name: value for name, value in values.items()}
    primary = row.id  # type: ignore[attr-defined]
    statement = update(owner).where(owner.c.id == primary, owner.c.state == old_state).values(columns)
    if uow.session.connection().execute(statement).rowcount != 1:
        raise Conflict(N_("Somebody else has just changed this. Reload the page to see where it stands."))
    uow.session.refresh(row)
