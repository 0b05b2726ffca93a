"""What every declared state machine must satisfy, and how the table answers."""

import pytest

from marketplace.contracts.rules import DOCUMENT_STATES, PAPER_STATES
from marketplace.deals.rules import DEAL_STATES, OFFER_STATES
from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.messages import Labelled
from marketplace.kernel.states import Relation, StateTable, arrow
from marketplace.listings.rules import CLAIM_STATES, REVISION_STATES
from marketplace.matching.rules import INTEREST_STATES
from marketplace.needs.rules import NEED_STATES
from marketplace.organisations.rules import MEMBERSHIP_STATES, ORGANISATION_STATES
from marketplace.results.rules import RESULT_STATES

TABLES = [
    CLAIM_STATES,
    DEAL_STATES,
    DOCUMENT_STATES,
    INTEREST_STATES,
    MEMBERSHIP_STATES,
    NEED_STATES,
    OFFER_STATES,
    ORGANISATION_STATES,
    PAPER_STATES,
    RESULT_STATES,
    REVISION_STATES,
]


class Door(Labelled):
    """Two states."""

    OPEN = "open", "Open"
    SHUT = "shut", "Shut"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_can_be_reached(table: StateTable[Labelled]) -> None:
    reached = {table.initial}
    while more := {t.target for t in table.transitions if t.sources & reached} - reached:
        reached |= more
    unreached = set(type(table.initial)) - reached
    # What an import names begins as "listed" without anybody acting.
    assert {state.value for state in unreached} <= {"listed"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_that_waits_for_a_person_or_ends(table: StateTable[Labelled]) -> None:
    for state in type(table.initial):
        if state not in table.terminal():
            assert any(state in t.sources for t in table.transitions), state


def test_an_action_the_state_does_not_know_is_a_conflict_and_the_wrong_person_is_not_permitted() -> None:
    table = StateTable("door", Door.SHUT, (arrow("open", {Door.SHUT}, Door.OPEN, {Relation.OWNER}, "Open"),))
    assert table.require("open", Door.SHUT, frozenset({Relation.OWNER})).target is Door.OPEN
    with pytest.raises(Conflict):
        table.require("open", Door.OPEN, frozenset({Relation.OWNER}))
    with pytest.raises(NotPermitted):
        table.require("open", Door.SHUT, frozenset({Relation.AUTHOR}))


def test_a_table_that_declares_an_arrow_twice_is_refused() -> None:
    twice = arrow("open", {Door.SHUT}, Door.OPEN, {Relation.OWNER}, "Open")
    with pytest.raises(ValueError, match="declared twice"):
        StateTable("door", Door.SHUT, (twice, twice))
