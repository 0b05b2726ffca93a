"""Who has left a unit has no part any more in what he wrote for it; who stays, or wrote for himself, has."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.listings.policy import is_mine
from marketplace.matching import interest_queries, service
from marketplace.matching.rules import InterestState, Origin, Side
from marketplace.needs import service as needs
from marketplace.needs.models import Need
from marketplace.needs.policy import may_know_party
from marketplace.needs.rules import NeedState
from marketplace.organisations import members, queries
from marketplace.organisations.actors import actor_of
from marketplace.results import service as results
from marketplace.results.models import Result
from marketplace.results.policy import may_read_description
from marketplace.results.rules import Disclosure, Ownership
from tests.factories import make_interest, make_need, make_result
from tests.personas import People

Leave = Callable[[Actor], Actor]


@pytest.fixture
def leave(factory: UnitOfWorkFactory) -> Leave:
    """Somebody leaves his only unit; gives him as the next request has him."""

    def gone(who: Actor) -> Actor:
        with factory.writing(who) as uow:
            (place,) = queries.memberships_of(uow.session, who.user_id or 0)
            members.end(uow, place.id)
        with factory.reading() as uow:
            return actor_of(uow.session, uow.session.get_one(User, who.user_id))

    return gone


def test_a_need_stays_with_the_company(factory: UnitOfWorkFactory, people: People, leave: Leave) -> None:
    draft, shown = make_need(factory, people, state=NeedState.DRAFT), make_need(factory, people, anonymous=True)
    gone = leave(people.company)
    with pytest.raises(NotFound), factory.writing(gone) as uow:
        needs.get(uow, draft)
    with pytest.raises(NotPermitted), factory.writing(gone) as uow:
        needs.withdraw(uow, shown)
    with factory.reading(gone) as uow:
        assert uow.session.scalars(select(Need.id).where(is_mine(gone))).all() == []
        assert not may_know_party(gone, uow.session.get_one(Need, shown))
    with factory.writing(people.company_admin) as uow:
        assert needs.get(uow, draft).id == draft


def test_a_service_result_stays_with_the_unit(factory: UnitOfWorkFactory, people: People, leave: Leave) -> None:
    hidden: dict[str, Any] = {"disclosure": Disclosure.TRADE_SECRET, "patent_number": "", "patent_filed_on": None}
    result_id = make_result(factory, people, **hidden)
    own = make_result(factory, people, party_id=people.worker.own_party_id, ownership=Ownership.NON_SERVICE, **hidden)
    with factory.reading(people.worker) as uow:
        assert may_read_description(people.worker, uow.session.get_one(Result, result_id))
    gone = leave(people.worker)
    with factory.reading(gone) as uow:
        assert not may_read_description(gone, uow.session.get_one(Result, result_id))
        assert may_read_description(gone, uow.session.get_one(Result, own))
        assert uow.session.scalars(select(Result.id).where(is_mine(gone))).all() == [own]
    with pytest.raises(NotPermitted), factory.writing(gone) as uow:
        results.pause(uow, result_id)


def test_he_neither_sends_nor_answers_for_the_unit(factory: UnitOfWorkFactory, people: People, leave: Leave) -> None:
    received = make_interest(factory, people, state=InterestState.DELIVERED)
    sent = make_interest(
        factory, people, need_id=make_need(factory, people), result_id=None, state=InterestState.LAPSED
    )
    need_id, result_id = make_need(factory, people), make_result(factory, people)
    worker, company = leave(people.worker), leave(people.company)
    with pytest.raises(NotFound), factory.writing(worker) as uow:
        service.accept(uow, received)
    with pytest.raises(NotPermitted), factory.writing(company) as uow:
        service.express(uow, Side.NEED, result_id, need_id, "我们想看一看。", Origin.PAGE)
    for who in (worker, company):
        with factory.reading(who) as uow:
            assert interest_queries.received(uow) == interest_queries.sent(uow) == ()
            for interest_id in (received, sent):
                with pytest.raises(NotFound):
                    interest_queries.view(uow, interest_id)


def test_an_empty_draft_for_the_old_unit_is_taken_over(
    factory: UnitOfWorkFactory, people: People, leave: Leave
) -> None:
    with factory.writing(people.company) as uow:
        old = needs.create_draft(uow).id
    gone = leave(people.company)
    with factory.writing(gone) as uow:
        draft = needs.create_draft(uow)
        assert (draft.id, draft.party_id) == (old, gone.own_party_id)
