"""What waits for a person, source by source. Today is Friday 20 November 2026 in China."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from marketplace.contracts.rules import EndReason
from marketplace.deals import service as deal_service
from marketplace.home import queries
from marketplace.home.rules import TaskKind
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.matching.rules import InterestState, Side
from marketplace.needs.rules import NeedState
from marketplace.organisations.models import Membership, Organisation
from marketplace.organisations.rules import MembershipRole, MembershipState, OrganisationState
from marketplace.results.models import Contributor
from marketplace.results.rules import ResultState
from tests.factories import make_contract, make_deal, make_interest, make_need, make_result, sign
from tests.personas import People

Found = tuple[TaskKind, int, date | None, int | None]
TEN_DAYS_AGO = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)


def waits(factory: UnitOfWorkFactory, actor: Actor) -> list[Found]:
    with factory.reading(actor) as uow:
        return [(task.kind, task.target_id, task.due_on, task.days_left) for task in queries.own_part(uow).tasks]


def test_nothing_waits_for_a_newcomer(factory: UnitOfWorkFactory, people: People) -> None:
    assert waits(factory, people.loner) == []


def test_an_interest_waits_for_the_author_and_for_his_unit_but_not_for_the_sender(
    factory: UnitOfWorkFactory, people: People
) -> None:
    # Eight working days from Friday the 20th: 23–27 November, 30 November, 1 and 2 December.
    interest = make_interest(factory, people, state=InterestState.DELIVERED, due_on=date(2026, 12, 2))
    expected = [(TaskKind.INTEREST, interest, date(2026, 12, 2), 8)]
    assert waits(factory, people.worker) == expected
    assert waits(factory, people.seller_contact) == expected
    for other in (people.company, people.colleague, people.stranger, people.county_official):
        assert waits(factory, other) == []


def test_an_interest_from_a_result_waits_for_the_needs_side(factory: UnitOfWorkFactory, people: People) -> None:
    values = {
        "side": Side.RESULT,
        "from_party_id": people.seller_party,
        "to_party_id": people.buyer_party,
        "from_user_id": people.worker.user_id,
    }
    interest = make_interest(factory, people, state=InterestState.DELIVERED, due_on=date(2026, 11, 20), **values)
    assert waits(factory, people.company) == [(TaskKind.INTEREST, interest, date(2026, 11, 20), 0)]
    assert waits(factory, people.worker) == []


@pytest.mark.parametrize("state", [InterestState.ACCEPTED, InterestState.LAPSED])
def test_an_interest_that_ended_waits_for_nobody(
    factory: UnitOfWorkFactory, people: People, state: InterestState
) -> None:
    make_interest(factory, people, state=state)
    assert waits(factory, people.worker) == []


def test_what_came_back_waits_for_its_author(factory: UnitOfWorkFactory, people: People) -> None:
    result = make_result(factory, people, state=ResultState.CHANGES_REQUESTED, stage_since=TEN_DAYS_AGO)
    need = make_need(factory, people, state=NeedState.CHANGES_REQUESTED, stage_since=TEN_DAYS_AGO)
    # Thirty days from 10 November.
    assert waits(factory, people.worker) == [(TaskKind.RESULT_RETURNED, result, date(2026, 12, 10), 20)]
    assert waits(factory, people.company_admin) == [(TaskKind.NEED_RETURNED, need, date(2026, 12, 10), 20)]


def test_consent_waits_for_the_unit_for_fifteen_working_days(factory: UnitOfWorkFactory, people: People) -> None:
    # Asked on Tuesday 10 November; the fifteenth working day is Tuesday 1 December, seven after today.
    result = make_result(factory, people, state=ResultState.OWNER_REVIEW, stage_since=TEN_DAYS_AGO)
    assert waits(factory, people.seller_contact) == [(TaskKind.OWNER_CONSENT, result, date(2026, 12, 1), 7)]
    assert waits(factory, people.worker) == []


def test_a_named_contributor_is_asked_once(factory: UnitOfWorkFactory, people: People) -> None:
    result = make_result(factory, people, state=ResultState.DRAFT)
    with factory.writing() as uow:
        named = {"result_id": result, "user_id": people.colleague.user_id, "name": "李秀英"}
        uow.session.add(row := Contributor(place=2, **named))
    assert waits(factory, people.colleague) == [(TaskKind.CONTRIBUTOR, result, None, None)]
    with factory.writing() as uow:
        uow.session.get_one(Contributor, row.id).consented_at = uow.now()
    assert waits(factory, people.colleague) == []


def test_a_result_is_asked_for_a_fortnight_before_it_goes_stale(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    # 180 days from 10 November 2026 end on 9 May 2027.
    result = make_result(factory, people, fresh_at=TEN_DAYS_AGO)
    clock.at = datetime(2027, 4, 25, 1, 0, tzinfo=UTC)
    assert waits(factory, people.worker) == []
    clock.forward(days=1)
    assert waits(factory, people.worker) == [(TaskKind.FRESHNESS, result, date(2027, 5, 9), 13)]


def test_what_is_held_in_trust_for_others_is_not_asked_for(factory: UnitOfWorkFactory, people: People) -> None:
    old: dict[str, Any] = {"fresh_at": TEN_DAYS_AGO - timedelta(days=400)}
    make_result(factory, people, on_behalf=True, author_id=None, party_id=people.union_party, **old)
    assert waits(factory, people.city_official) == []


def test_a_deal_waits_for_the_side_whose_turn_it_is(factory: UnitOfWorkFactory, people: People) -> None:
    deal = make_deal(factory, people)
    # The seller makes the first offer, within thirty days from today.
    assert waits(factory, people.seller_contact) == [(TaskKind.DEAL, deal, date(2026, 12, 20), 30)]
    assert waits(factory, people.company) == []
    document = make_contract(factory, people, deal)
    # Fifteen days for both to sign.
    expected = [(TaskKind.DEAL, deal, date(2026, 12, 5), 15)]
    assert waits(factory, people.company) == waits(factory, people.seller_contact) == expected
    sign(factory, people.company, document)
    assert waits(factory, people.company) == []
    assert waits(factory, people.seller_contact) == expected
    assert waits(factory, people.stranger) == []


def test_a_deal_that_ended_waits_for_nobody(factory: UnitOfWorkFactory, people: People) -> None:
    deal = make_deal(factory, people)
    with factory.writing(people.company) as uow:
        deal_service.take(uow, deal, "lose", "预算取消", EndReason.PRICE)
    for actor in (people.seller_contact, people.company):
        with factory.reading(actor) as uow:
            own = queries.own_part(uow)
        assert (own.tasks, own.deals) == ([], ())


def test_requests_wait_for_the_administrator_of_the_unit(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing() as uow:
        uow.session.add(
            Membership(
                organisation_id=people.buyer_id,
                user_id=people.loner.user_id or 0,
                role=MembershipRole.MEMBER,
                state=MembershipState.REQUESTED,
                requested_at=TEN_DAYS_AGO,
            )
        )
    assert waits(factory, people.company_admin) == [(TaskKind.MEMBER, people.buyer_id, date(2026, 11, 24), 4)]
    assert waits(factory, people.company) == []


def test_missing_papers_wait_for_the_administrator(factory: UnitOfWorkFactory, people: People) -> None:
    with factory.writing() as uow:
        unit = uow.session.get_one(Organisation, people.stranger_id)
        unit.state, unit.verified_at = OrganisationState.RETURNED, None
    assert waits(factory, people.stranger) == [(TaskKind.UNIT_PAPERS, people.stranger_id, None, None)]


def test_the_most_pressing_comes_first_and_what_has_no_term_last(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, state=ResultState.CHANGES_REQUESTED, stage_since=TEN_DAYS_AGO)
    make_interest(factory, people, state=InterestState.DELIVERED, due_on=date(2026, 11, 23))
    with factory.writing() as uow:
        named = make_result(factory, people, author=people.colleague)
        uow.session.add(Contributor(result_id=named, user_id=people.worker.user_id, name="王建国", place=2))
    kinds = [kind for kind, *_ in waits(factory, people.worker)]
    assert kinds == [TaskKind.INTEREST, TaskKind.RESULT_RETURNED, TaskKind.CONTRIBUTOR]
