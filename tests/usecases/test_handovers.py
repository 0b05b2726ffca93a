"""A listing that the union published on behalf is claimed while somebody waits for an answer about it."""

from collections.abc import Callable
from datetime import date

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.listings import claims
from marketplace.listings.models import Listing
from marketplace.matching import service
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState
from tests.factories import make_interest, make_result
from tests.personas import People


@pytest.fixture
def imported(factory: UnitOfWorkFactory, people: People) -> int:
    """A result held for a unit by the union, without an author."""
    result_id = make_result(factory, people, party_id=people.union_party, on_behalf=True)
    with factory.writing() as uow:
        result = uow.session.get_one(Listing, result_id)
        result.author_id = None
    return result_id


def hand_over(factory: UnitOfWorkFactory, people: People, result_id: int, drain: Callable[[], int]) -> None:
    with factory.writing(people.worker) as uow:
        claim_id = claims.claim(uow, result_id, people.seller_party, "这是我们单位的成果").id
    with factory.writing(people.county_official) as uow:
        claims.approve(uow, claim_id)
    drain()


def waiting(factory: UnitOfWorkFactory, people: People, result_id: int, sender: int) -> int:
    """An open interest in the result, addressed to the union that holds it."""
    return make_interest(
        factory,
        people,
        result_id=result_id,
        from_party_id=sender,
        to_party_id=people.union_party,
        state=InterestState.DELIVERED,
        due_on=date(2026, 12, 10),
    )


def test_the_new_owner_answers_what_was_asked_before(
    factory: UnitOfWorkFactory, people: People, imported: int, drain: Callable[[], int]
) -> None:
    interest_id = waiting(factory, people, imported, people.buyer_party)
    hand_over(factory, people, imported, drain)
    with factory.writing(people.seller_contact) as uow:
        accepted = service.accept(uow, interest_id)
    assert (accepted.state, accepted.to_party_id) == (InterestState.ACCEPTED, people.seller_party)


def test_what_the_new_owner_asked_himself_lapses(
    factory: UnitOfWorkFactory, people: People, imported: int, drain: Callable[[], int]
) -> None:
    interest_id = waiting(factory, people, imported, people.seller_party)
    hand_over(factory, people, imported, drain)
    with factory.reading() as uow:
        assert uow.session.get_one(Interest, interest_id).state is InterestState.LAPSED
