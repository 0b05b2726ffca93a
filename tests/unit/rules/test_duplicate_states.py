"""Suspected duplicates and sheets of the offline ledger: every action in every state by every relation."""

import itertools

import pytest

from marketplace.duplicates.rules import DUPLICATE_STATES, DuplicateState
from marketplace.kernel.states import Relation
from marketplace.offline.rules import OFFLINE_IMPORT_STATES, ImportState
from tests.unit.rules.tables import Expected, check, reasons

OFFICIAL, SYSTEM, AUTHOR = {Relation.OFFICIAL}, {Relation.SYSTEM}, {Relation.AUTHOR}
DUPLICATE: Expected = {
    ("confirm", "open"): ("same", OFFICIAL),
    ("distinguish", "open"): ("different", OFFICIAL),
    ("lapse", "open"): ("moot", SYSTEM),
    ("revive", "moot"): ("open", SYSTEM),
}
SHEET: Expected = {
    ("confirm", "read"): ("imported", AUTHOR),
    ("discard", "read"): ("discarded", AUTHOR),
}


@pytest.mark.parametrize("relation", Relation)
def test_the_tables(relation: Relation) -> None:
    for action, state in itertools.product(("confirm", "distinguish", "lapse", "revive"), DuplicateState):
        check(DUPLICATE_STATES, DUPLICATE, action, state, relation)
    for action, sheet in itertools.product(("confirm", "discard"), ImportState):
        check(OFFLINE_IMPORT_STATES, SHEET, action, sheet, relation)


def test_whoever_settles_a_pair_says_why() -> None:
    assert reasons(DUPLICATE_STATES) == {"confirm", "distinguish"}
