"""Registrations, the registrar's papers, patents at CNIPA: every action in every state by every relation; what papers may say."""

import itertools

import pytest

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.states import Relation
from marketplace.registrations.rules import (
    RECORD_STATES,
    REGISTRATION_STATES,
    TRANSFER_STATES,
    RecordKind,
    RecordState,
    RegistrationState,
    TransferState,
    require_amounts,
)
from tests.unit.rules.tables import Expected, check, reasons

SELLER, OFFICIAL, PARTY = {Relation.SELLER}, {Relation.OFFICIAL}, {Relation.PARTY}
REGISTRATION: Expected = {
    ("submit", "draft"): ("applied", SELLER),
    ("register", "applied"): ("registered", OFFICIAL),
    ("refuse", "applied"): ("refused", SELLER),
    ("withdraw", "draft"): ("withdrawn", SELLER),
    ("withdraw", "applied"): ("withdrawn", SELLER),
    ("cancel", "registered"): ("cancelled", OFFICIAL),
}
RECORD: Expected = {
    ("verify", "recorded"): ("verified", OFFICIAL),
    ("return", "recorded"): ("returned", OFFICIAL),
    ("withdraw", "recorded"): ("withdrawn", SELLER),
}
TRANSFER: Expected = {
    ("take_effect", "applied"): ("effective", PARTY),
    ("refuse", "applied"): ("refused", PARTY),
}


@pytest.mark.parametrize("relation", Relation)
def test_the_tables(relation: Relation) -> None:
    for action, state in itertools.product(("submit", "register", "refuse", "withdraw", "cancel"), RegistrationState):
        check(REGISTRATION_STATES, REGISTRATION, action, state, relation)
    for action, paper in itertools.product(("verify", "return", "withdraw"), RecordState):
        check(RECORD_STATES, RECORD, action, paper, relation)
    for action, transfer in itertools.product(("take_effect", "refuse"), TransferState):
        check(TRANSFER_STATES, TRANSFER, action, transfer, relation)


def test_what_is_taken_away_is_explained() -> None:
    assert [reasons(table) for table in (REGISTRATION_STATES, RECORD_STATES, TRANSFER_STATES)] == [
        {"refuse"},
        {"return"},
        {"refuse"},
    ]


@pytest.mark.parametrize(
    ("a2", "a3", "field"),
    [(0, 0, "a2"), (-1, -1, "a2"), (100, 101, "a3"), (100, -1, "a3"), (100, 100, ""), (100, 0, "")],
)
def test_a3_is_never_more_than_a2(a2: int, a3: int, field: str) -> None:
    for kind in (RecordKind.CERTIFICATE, RecordKind.CHANGE):
        if not field:
            require_amounts(kind, a2, a3)
            continue
        with pytest.raises(InvalidInput) as error:
            require_amounts(kind, a2, a3)
        assert set(error.value.fields) == {field}
    require_amounts(RecordKind.CANCELLATION, a2, a3)
