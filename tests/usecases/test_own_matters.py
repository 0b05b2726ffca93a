"""No official decides about a listing he wrote or whose unit he belongs to; he reads it as before."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.listings import revisions
from marketplace.needs import service as needs
from marketplace.needs.rules import NeedState
from marketplace.results import service as results
from marketplace.results.models import Result
from marketplace.results.policy import may_read_description
from marketplace.results.rules import Disclosure, Ownership, ResultState
from tests.factories import make_need, make_result
from tests.personas import People


def do(factory: UnitOfWorkFactory, actor: Actor, use_case: Callable[..., Any], *arguments: Any) -> Any:
    with factory.writing(actor) as uow:
        return use_case(uow, *arguments)


@pytest.fixture
def insider(people: People) -> Actor:
    """The county's official, who is a plain member of the seller as well."""
    return replace(
        people.county_official,
        organisation_ids=frozenset({people.seller_id}),
        unit_party_ids=frozenset({people.seller_party}),
    )


def test_he_does_not_publish_his_own_result(factory: UnitOfWorkFactory, people: People) -> None:
    official = people.county_official
    own: dict[str, Any] = {"party_id": official.own_party_id, "ownership": Ownership.NON_SERVICE}
    result_id = make_result(factory, people, official, state=ResultState.COUNTY_REVIEW, **own)
    with pytest.raises(NotPermitted):
        do(factory, official, results.approve, result_id)
    do(factory, people.city_official, results.approve, result_id)


def test_he_does_not_publish_for_his_unit(factory: UnitOfWorkFactory, people: People, insider: Actor) -> None:
    result_id = make_result(factory, people, state=ResultState.COUNTY_REVIEW)
    unit: dict[str, Any] = {"party_id": people.seller_party, "county": "qingzhou"}
    need_id = make_need(factory, people, state=NeedState.REVIEW, **unit)
    with pytest.raises(NotPermitted):
        do(factory, insider, results.approve, result_id)
    with pytest.raises(NotPermitted):
        do(factory, insider, needs.approve, need_id)
    do(factory, people.county_official, results.approve, result_id)
    do(factory, people.county_official, needs.approve, need_id)


def test_he_does_not_approve_his_units_change(factory: UnitOfWorkFactory, people: People, insider: Actor) -> None:
    result_id = make_result(factory, people)
    change = do(factory, people.worker, results.revise, result_id, {"problem": "新的问题"})
    with pytest.raises(NotPermitted):
        do(factory, insider, revisions.approve, change.id)
    do(factory, people.county_official, revisions.approve, change.id)


def test_he_does_not_approve_the_change_he_proposed_in_trust(factory: UnitOfWorkFactory, people: People) -> None:
    held: dict[str, Any] = {"on_behalf": True, "author_id": None, "party_id": people.union_party}
    result_id = make_result(factory, people, **held)
    change = do(factory, people.city_official, results.revise, result_id, {"problem": "新的问题"})
    with pytest.raises(NotPermitted):
        do(factory, people.city_official, revisions.approve, change.id)
    do(factory, people.county_official, revisions.approve, change.id)


def test_he_still_reads_it(factory: UnitOfWorkFactory, people: People, insider: Actor) -> None:
    secret: dict[str, Any] = {"disclosure": Disclosure.TRADE_SECRET, "patent_number": "", "patent_filed_on": None}
    result_id = make_result(factory, people, state=ResultState.COUNTY_REVIEW, **secret)
    assert do(factory, insider, results.get, result_id).id == result_id
    with factory.reading(insider) as uow:
        assert may_read_description(insider, uow.session.get_one(Result, result_id))
