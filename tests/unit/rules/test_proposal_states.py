"""Proposals of standard texts: every action in every state by every relation; an author is never an approver."""

import itertools

import pytest

from marketplace.kernel.permissions import Actor, Appointment, Office
from marketplace.kernel.states import Relation
from marketplace.standards.models import ClauseProposal
from marketplace.standards.policy import relations_of
from marketplace.standards.rules import PROPOSAL_STATES, ProposalState
from tests.unit.rules.tables import Expected, check, reasons

ANSWERS = {Relation.ADMINISTRATOR, Relation.OFFICIAL}
PROPOSAL: Expected = {
    ("approve", "proposed"): ("approved", ANSWERS),
    ("return", "proposed"): ("returned", ANSWERS),
    ("withdraw", "proposed"): ("withdrawn", {Relation.AUTHOR}),
}


@pytest.mark.parametrize("relation", Relation)
def test_the_table(relation: Relation) -> None:
    for action, state in itertools.product(("approve", "return", "withdraw"), ProposalState):
        check(PROPOSAL_STATES, PROPOSAL, action, state, relation)
    assert reasons(PROPOSAL_STATES) == {"return"}


def test_whoever_holds_every_office_is_the_author_of_his_own() -> None:
    offices = frozenset({Appointment(Office.ADMINISTRATOR), Appointment(Office.CITY_OFFICIAL)})
    mine, other = ClauseProposal(written_by_id=1), ClauseProposal(written_by_id=2)
    assert relations_of(Actor(user_id=1, appointments=offices), mine) == {Relation.AUTHOR}
    assert relations_of(Actor(user_id=1, appointments=offices), other) == ANSWERS
    county = frozenset({Appointment(Office.COUNTY_OFFICIAL, "qingzhou")})
    assert relations_of(Actor(user_id=3, appointments=county), other) == frozenset()
