"""A need on its way from a company's draft to the catalogue, and how it ends."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.needs import policy, service
from marketplace.needs.models import Need
from marketplace.needs.queries import read
from marketplace.needs.rules import NeedState
from tests.factories import make_need
from tests.personas import People

FIELDS: dict[str, Any] = {
    "title": "储罐<b>变形</b>",
    "description": "焊后变形大",
    "indicators": [{"name": "返修率", "value": "<2%"}, {"name": " ", "value": ""}],
    "deadline": date(2027, 1, 31),
    "industry": "chemical",
    "county": "shouguang",
    "ways": ["licence"],
    "anonymous": True,
}


def do(factory: UnitOfWorkFactory, actor: Actor, use_case: Callable[..., Need], *arguments: Any) -> Need:
    with factory.writing(actor) as uow:
        return use_case(uow, *arguments)


def draft(factory: UnitOfWorkFactory, people: People, **changes: Any) -> int:
    with factory.writing(people.company) as uow:
        need_id = service.create_draft(uow).id
        service.save_draft(uow, need_id, {**FIELDS, **changes})
    return need_id


def test_a_company_publishes_a_need(factory: UnitOfWorkFactory, people: People) -> None:
    need_id = draft(factory, people)
    assert do(factory, people.company, service.submit, need_id).status is NeedState.REVIEW
    with pytest.raises(NotFound):
        do(factory, people.other_official, service.approve, need_id)
    need = do(factory, people.city_official, service.approve, need_id)
    assert (need.status, need.party_id) == (NeedState.PUBLISHED, people.buyer_party)
    assert need.indicators == [{"name": "返修率", "value": "<2%"}]


@pytest.mark.parametrize("who", ["worker", "stranger", "loner", "city_official", "administrator"])
def test_a_draft_is_known_to_its_unit_alone(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    need_id = draft(factory, people)
    with pytest.raises(NotFound):
        do(factory, getattr(people, who), service.get, need_id)
    assert do(factory, people.company_admin, service.get, need_id).id == need_id


@pytest.mark.parametrize("who", ["worker", "company", "city_official"])
def test_an_anonymous_need_hides_its_party_from_others(factory: UnitOfWorkFactory, people: People, who: str) -> None:
    need_id = make_need(factory, people, anonymous=True)
    with factory.reading(getattr(people, who)) as uow:
        page = read(uow, service.get(uow, need_id)).page
        assert (page.party is None) is (who == "worker")
        assert policy.may_know_party(uow.actor, service.get(uow, need_id)) is (who != "worker")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"budget_min_fen": 200, "budget_max_fen": 100}, "budget_max_fen"),
        ({"budget_max_fen": -1}, "budget_max_fen"),
        ({"title": "长" * 121}, "title"),
        ({"indicators": [{"name": "长" * 121, "value": "1"}]}, "indicators"),
        ({"indicators": [{"name": str(i), "value": "1"} for i in range(21)]}, "indicators"),
        ({"county_wanted": "atlantis"}, "county_wanted"),
        ({"maturity_wanted": "ripe"}, "maturity_wanted"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_its_name(
    factory: UnitOfWorkFactory, people: People, fields: dict[str, Any], wrong: str
) -> None:
    need_id = draft(factory, people)
    with pytest.raises(InvalidInput) as refused:
        do(factory, people.company, service.save_draft, need_id, fields)
    assert list(refused.value.fields) == [wrong]


def test_nobody_asks_in_the_name_of_another_unit(factory: UnitOfWorkFactory, people: People) -> None:
    need_id = draft(factory, people)
    with pytest.raises(InvalidInput):
        do(factory, people.company, service.save_draft, need_id, {}, people.seller_party)
    with pytest.raises(InvalidInput):
        do(factory, people.worker, service.create_draft, people.seller_party)


def test_a_deadline_that_has_passed_is_refused(factory: UnitOfWorkFactory, people: People) -> None:
    need_id = draft(factory, people, deadline=date(2026, 11, 20))
    with pytest.raises(InvalidInput) as refused:
        do(factory, people.company, service.submit, need_id)
    assert list(refused.value.fields) == ["deadline"]


def test_a_need_expires_when_the_day_of_its_deadline_is_over(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    need_id = make_need(factory, people, deadline=date(2026, 12, 1))
    clock.at = datetime(2026, 12, 1, 15, 59, tzinfo=UTC)
    with factory.writing() as uow:
        service.expire_due(uow)
        assert service.get(uow, need_id).status is NeedState.PUBLISHED
    clock.at = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)
    with factory.writing() as uow:
        service.expire_due(uow)
        assert service.get(uow, need_id).status is NeedState.EXPIRED
    with pytest.raises(NotPermitted), factory.writing(people.city_official) as uow:
        service.expire_due(uow)


def test_how_a_need_ends(factory: UnitOfWorkFactory, people: People) -> None:
    solved, unsolved = make_need(factory, people), make_need(factory, people)
    with pytest.raises(NotPermitted):
        do(factory, people.worker, service.close_solved, solved)
    assert do(factory, people.company_admin, service.close_solved, solved).status is NeedState.SOLVED
    with pytest.raises(InvalidInput):
        do(factory, people.company, service.close_unsolved, unsolved, "")
    assert do(factory, people.company, service.close_unsolved, unsolved, "没有找到").status is NeedState.UNSOLVED
    with pytest.raises(Conflict):
        do(factory, people.company, service.withdraw, solved)
    with pytest.raises(NotFound):
        do(factory, people.worker, service.get, solved)
