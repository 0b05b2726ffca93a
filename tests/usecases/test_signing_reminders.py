"""Whoever has to sign is reminded before the last day: by the worker, once each, and by one click of who waits.

Today is Friday 20 November 2026 in China; fifteen days later is 5 December.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from marketplace.contracts.envelope import Envelope
from marketplace.contracts.models import SigningReminder
from marketplace.deals import document_queries, envelope_service
from marketplace.home import chasing
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, day_begins
from marketplace.kernel.errors import Conflict, NotFound, NotPermitted
from tests.crowd import run_at_once
from tests.enveloping import LAST_DAY, send_contract
from tests.factories import sign
from tests.inboxes import told
from tests.personas import People

Drain = Callable[[], int]


@pytest.fixture
def in_order(factory: UnitOfWorkFactory, people: People) -> int:
    """A contract that the buyer signs first."""
    return send_contract(factory, people, Envelope(people.buyer_party))


def remind(factory: UnitOfWorkFactory) -> None:
    with factory.writing() as uow:
        envelope_service.remind_due(uow)


def reminded(factory: UnitOfWorkFactory) -> list[tuple[int, int | None]]:
    with factory.reading() as uow:
        rows = uow.session.scalars(select(SigningReminder).order_by(SigningReminder.id))
        return [(row.party_id, row.days_left) for row in rows]


def test_whose_turn_it_is_is_reminded_seven_and_two_days_before_once_each(
    factory: UnitOfWorkFactory, people: People, in_order: int, clock: SetClock, drain: Drain
) -> None:
    remind(factory)
    assert reminded(factory) == []
    clock.at = day_begins(LAST_DAY - timedelta(days=7))
    remind(factory)
    remind(factory)
    drain()
    assert reminded(factory) == [(people.buyer_party, 7)]
    assert "The last day for signing is" in told(factory, people)["company"][-1][0]
    count = len(told(factory, people)["company"])
    sign(factory, people.company, in_order)
    remind(factory)
    assert reminded(factory) == [(people.buyer_party, 7)], "whose turn has just come is told so, not reminded"
    clock.at = day_begins(LAST_DAY - timedelta(days=2))
    run_at_once([lambda: remind(factory), lambda: remind(factory)])
    drain()
    assert reminded(factory)[1:] == [(people.seller_party, 2)]
    assert len(told(factory, people)["company"]) == count


def test_a_worker_that_comes_late_sends_the_nearest_reminder_alone(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    send_contract(factory, people)
    clock.at = day_begins(LAST_DAY - timedelta(days=1))
    remind(factory)
    assert reminded(factory) == [(people.seller_party, 2), (people.buyer_party, 2)]


def test_who_waits_and_an_official_remind_by_one_click_and_not_twice(
    factory: UnitOfWorkFactory, people: People, in_order: int, drain: Drain
) -> None:
    for actor, kind in ((people.company, Conflict), (people.worker, NotPermitted), (people.stranger, NotFound)):
        with pytest.raises(kind), factory.writing(actor) as uow:
            chasing.remind_of_signature(uow, in_order)
    with factory.writing(people.seller_contact) as uow:
        chasing.remind_of_signature(uow, in_order)
    drain()
    assert set(told(factory, people)) >= {"company", "company_admin"}
    assert any(line.startswith("赵文博 reminds you") for line, _ in told(factory, people)["company"])
    with pytest.raises(Conflict, match="has sent a reminder"), factory.writing(people.county_official) as uow:
        chasing.remind_of_signature(uow, in_order)
    with factory.reading(people.seller_contact) as uow:
        view = document_queries.document_page(uow, in_order).envelope
    assert view is not None
    assert [one.by for one in view.reminded[people.buyer_party]] == ["赵文博"]
    assert view.to_remind == frozenset()
