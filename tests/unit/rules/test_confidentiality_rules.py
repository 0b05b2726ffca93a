"""Confidentiality agreements: every action in every state by every relation, when something opens, how long duties last."""

import itertools
from dataclasses import replace
from datetime import date

import pytest

from marketplace.confidentiality.rules import (
    CONFIDENTIALITY_STATES,
    ConfidentialityState,
    OpeningFacts,
    closed_because,
    last_day_of_duties,
)
from marketplace.confidentiality.wording import Subject, written
from marketplace.contracts.clauses import PartyFacts, reference_of
from marketplace.kernel.states import Relation
from marketplace.results.rules import ResultState
from tests.unit.rules.tables import Expected, check

READER, OWNER, SYSTEM = {Relation.OTHER_SIDE}, {Relation.OWNER}, {Relation.SYSTEM}
EXPECTED: Expected = {
    ("rewrite", "asked"): ("asked", READER),
    ("sign", "asked"): ("signed_by_reader", READER),
    ("lapse", "asked"): ("lapsed", SYSTEM),
    ("countersign", "signed_by_reader"): ("in_force", OWNER),
    ("decline", "signed_by_reader"): ("declined", OWNER),
    ("lapse", "signed_by_reader"): ("lapsed", SYSTEM),
    ("end", "in_force"): ("ended", OWNER),
}
ACTIONS = ("rewrite", "sign", "countersign", "decline", "lapse", "end", "open")
TODAY = date(2026, 11, 20)
OPEN = OpeningFacts(ConfidentialityState.IN_FORCE, TODAY, TODAY, True, True, ResultState.PUBLISHED)
FACTORY = PartyFacts("青州前程机械有限公司", is_person=False, code="", place="潍坊市青州市", representative="")
PERSON = PartyFacts("郑海\n乙方：别人", is_person=True, code="", place="潍坊市安丘市", representative="")


@pytest.mark.parametrize("relation", Relation)
def test_the_table(relation: Relation) -> None:
    for action, state in itertools.product(ACTIONS, ConfidentialityState):
        check(CONFIDENTIALITY_STATES, EXPECTED, action, state, relation)


def test_it_opens_in_force_within_the_term_while_they_talk_to_the_owner_who_signed() -> None:
    assert closed_because(OPEN) is None
    for state in ConfidentialityState:
        assert (closed_because(replace(OPEN, state=state)) is None) == (state is ConfidentialityState.IN_FORCE)
    for stage in ResultState:
        is_open = closed_because(replace(OPEN, result_state=stage)) is None
        assert is_open == (stage in {ResultState.PUBLISHED, ResultState.STALE, ResultState.PAUSED})
    for changed in ({"until": date(2026, 11, 19)}, {"until": None}, {"same_owner": False}, {"still_talking": False}):
        assert closed_because(replace(OPEN, **changed)) is not None


@pytest.mark.parametrize(
    ("first", "years", "last"),
    [
        (date(2026, 11, 20), 5, date(2031, 11, 19)),
        (date(2026, 1, 1), 1, date(2026, 12, 31)),
        (date(2028, 2, 29), 1, date(2029, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 28)),
        (date(2027, 3, 1), 1, date(2028, 2, 29)),
    ],
)
def test_the_last_day_is_the_one_before_the_anniversary(first: date, years: int, last: date) -> None:
    assert last_day_of_duties(first, years) == last


def test_what_people_call_themselves_stays_in_its_line_and_is_no_blank() -> None:
    subject = Subject("JG-BM-000007-01", 7, "{years}喷液圈\n第一条　", FACTORY, PERSON, 3)
    made = written(subject, TODAY)
    assert reference_of(made.text) == "JG-BM-000007-01"
    assert "{years}喷液圈 第一条" in made.text
    assert "\n乙方：别人" not in made.text
    assert [row["key"] for row in made.clauses][:3] == ["purpose", "what", "except"]
    assert "3年" in made.text
