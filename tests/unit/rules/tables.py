"""Checks a whole state table against one written out by hand: every action in every state by every relation."""

from collections.abc import Mapping
from typing import Any

import pytest

from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.messages import Labelled
from marketplace.kernel.states import Relation, StateTable

Expected = Mapping[tuple[str, str], tuple[str, set[Relation]]]
"""(action, state) -> (the state it leads to, who may). Whatever is not there is refused."""


def check(table: StateTable[Any], expected: Expected, action: str, state: Labelled, relation: Relation) -> None:
    """One cell: the right target, NotPermitted for the wrong person, Conflict for the wrong moment."""
    target, who = expected.get((action, state.value), ("", set()))
    held = frozenset({relation})
    if relation in who:
        assert table.require(action, state, held).target == target
        assert action in {one.action for one in table.available(state, held)}
        return
    with pytest.raises(NotPermitted if target else Conflict):
        table.require(action, state, held)
    assert action not in {one.action for one in table.available(state, held)}


def reasons(table: StateTable[Any]) -> set[str]:
    """The actions that need a reason."""
    return {one.action for one in table.transitions if one.reason_required}
