"""The signature of a document, every action in every state by every relation; the conditions of signing."""

import itertools
from dataclasses import replace

import pytest

from marketplace.contracts.conditions import SigningFacts, conditions, require_all
from marketplace.contracts.rules import DOCUMENT_STATES, DocumentState
from marketplace.kernel.errors import Conflict, DomainError, NotPermitted
from marketplace.kernel.states import Relation
from tests.unit.rules.tables import Expected, check, reasons

R = Relation
EXPECTED: Expected = {
    ("send", "draft"): ("sent", {R.PARTY}),
    ("sign", "sent"): ("sent", {R.PARTY, R.MAKER, R.DELEGATE}),
    ("complete", "sent"): ("complete", {R.SYSTEM}),
    ("decline", "sent"): ("declined", {R.PARTY, R.MAKER}),
    ("expire", "sent"): ("expired", {R.SYSTEM}),
    ("void", "draft"): ("void", {R.PARTY, R.SYSTEM}),
    ("void", "sent"): ("void", {R.PARTY, R.SYSTEM}),
    ("void", "declined"): ("void", {R.PARTY, R.SYSTEM}),
    ("void", "expired"): ("void", {R.PARTY, R.SYSTEM}),
}
ACTIONS = {action for action, _ in EXPECTED} | {"amend"}
READY = SigningFacts(
    state=DocumentState.SENT,
    awaits_official=False,
    acts_for_party=True,
    is_party_verified=True,
    is_other_verified=True,
    has_party_signed=False,
    has_person_signed_other_side=False,
    has_certificates=True,
    can_get_code=True,
)


@pytest.mark.parametrize(("action", "state"), list(itertools.product(sorted(ACTIONS), DocumentState)))
def test_who_may_do_what(action: str, state: DocumentState) -> None:
    for relation in R:
        check(DOCUMENT_STATES, EXPECTED, action, state, relation)


def test_what_is_signed_by_all_never_changes() -> None:
    assert DOCUMENT_STATES.initial is DocumentState.DRAFT
    assert DOCUMENT_STATES.terminal() == {DocumentState.COMPLETE, DocumentState.VOID}
    assert reasons(DOCUMENT_STATES) == {"decline"}


@pytest.mark.parametrize(
    ("facts", "key", "refusal"),
    [
        *[
            (replace(READY, state=state), "sent", Conflict)
            for state in DocumentState
            if state is not DocumentState.SENT
        ],
        (replace(READY, awaits_official=True), "paper", Conflict),
        (replace(READY, acts_for_party=False), "acts", NotPermitted),
        (replace(READY, is_party_verified=False), "verified", NotPermitted),
        (replace(READY, is_other_verified=False), "other_verified", NotPermitted),
        (replace(READY, has_party_signed=True), "once", Conflict),
        (replace(READY, has_person_signed_other_side=True), "two_people", NotPermitted),
        (replace(READY, has_certificates=False), "certificates", Conflict),
        (replace(READY, can_get_code=False), "contact", NotPermitted),
        (replace(READY, fits_the_money=False), "money", Conflict),
        (replace(READY, identity_gap="not given"), "identity", NotPermitted),
        (replace(READY, authority_gap="expired"), "authority", NotPermitted),
    ],
)
def test_one_missing_condition_is_named_and_stops_the_signature(
    facts: SigningFacts, key: str, refusal: type[DomainError]
) -> None:
    assert [one.key for one in conditions(facts) if not one.is_met] == [key]
    with pytest.raises(refusal):
        require_all(facts)


def test_with_all_conditions_met_one_may_sign() -> None:
    assert all(one.is_met for one in conditions(READY))
    require_all(READY)
