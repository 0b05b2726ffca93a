"""Every action on an organisation and on a membership, in every state, by every relation."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.messages import Labelled
from marketplace.kernel.states import Relation, StateTable
from marketplace.organisations.rules import MEMBERSHIP_STATES, ORGANISATION_STATES, MembershipState, OrganisationState

OWNER, OFFICIAL, AUTHOR = Relation.OWNER, Relation.OFFICIAL, Relation.AUTHOR
EXPECTED: dict[str, dict[tuple[str, str, Relation], str]] = {
    "organisation": {
        ("take_over", "listed", AUTHOR): "draft",
        ("submit", "draft", OWNER): "submitted",
        ("submit", "returned", OWNER): "submitted",
        ("verify", "submitted", OFFICIAL): "verified",
        ("return", "submitted", OFFICIAL): "returned",
        ("revoke", "verified", OFFICIAL): "returned",
        ("change", "verified", OWNER): "draft",
        ("release", "draft", OFFICIAL): "listed",
        ("release", "returned", OFFICIAL): "listed",
    },
    "membership": {
        ("admit", "requested", OWNER): "admitted",
        ("admit", "requested", OFFICIAL): "admitted",
        ("refuse", "requested", OWNER): "refused",
        ("refuse", "requested", OFFICIAL): "refused",
        ("leave", "admitted", AUTHOR): "left",
        ("leave", "admitted", OWNER): "left",
    },
}
"""Whatever is not here is refused: (action, state, relation) -> the state it leads to."""

ACTIONS = {
    "organisation": ("take_over", "submit", "verify", "return", "revoke", "change", "release", "delete"),
    "membership": ("admit", "refuse", "leave", "delete"),
}
TABLES: tuple[tuple[StateTable[Any], type[Labelled]], ...] = (
    (ORGANISATION_STATES, OrganisationState),
    (MEMBERSHIP_STATES, MembershipState),
)


def cases() -> Iterator[Any]:
    for table, states in TABLES:
        for case in itertools.product(ACTIONS[table.name], states, Relation):
            yield pytest.param(table, *case, id="-".join((table.name, *map(str, case))))


@pytest.mark.parametrize(("table", "action", "state", "relation"), list(cases()))
def test_who_may_do_what(table: StateTable[Any], action: str, state: Any, relation: Relation) -> None:
    expected = EXPECTED[table.name]
    target = expected.get((action, state.value, relation))
    if target is not None:
        assert table.require(action, state, frozenset({relation})).target == target
    else:
        possible = any((action, state.value, other) in expected for other in Relation)
        with pytest.raises(NotPermitted if possible else Conflict):
            table.require(action, state, frozenset({relation}))


def test_nobody_verifies_an_organisation_without_papers_having_been_submitted() -> None:
    assert {t.sources for t in ORGANISATION_STATES.transitions if t.target == "verified"} == {frozenset({"submitted"})}


def test_what_takes_something_from_somebody_needs_a_reason() -> None:
    asking = {t.action for table, _ in TABLES for t in table.transitions if t.reason_required}
    assert asking == {"return", "revoke", "release"}
