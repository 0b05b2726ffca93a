"""What a dispute about an online payment does to the worker's share."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day
from marketplace.kernel.errors import Conflict
from marketplace.kernel.permissions import Actor
from marketplace.ledger.rules import Account
from marketplace.rewards.rules import RewardState
from marketplace.settings import Settings
from tests.factories import lines_of
from tests.online import connect, deliver, pay_online, receipt_ids, taking
from tests.paying import verify
from tests.personas import People
from tests.rewarding import (
    Drain,
    accounts,
    approved,
    confirmed,
    licensed,
    paid,
    refused,
    state_of,
    the_reward,
)
from tests.standin.books import Thing
from tests.standin.server import Standin

pytestmark = pytest.mark.usefixtures("both_ways_agree")

FEN = 18_000_000
DEAL = 1


@pytest.fixture
def settings(settings: Settings, standin: Standin) -> Settings:
    return taking(settings, standin)


@pytest.fixture
def charge(
    factory: UnitOfWorkFactory,
    people: People,
    seller_admin: Actor,
    browse: Callable[[Actor], FlaskClient],
    standin: Standin,
    drain: Drain,
) -> Thing:
    """180,000 yuan for a service result, paid online and verified: it has triggered a reward."""
    connect(factory, seller_admin, people.seller_id)
    deal_id = licensed(factory, people)
    assert deal_id == DEAL
    drain()
    line = lines_of(factory, deal_id)[0].id
    charge = standin.books.pay(pay_online(browse(people.company), line))
    deliver(browse(people.company), *standin.books.events)
    drain()
    verify(factory, people.county_official, receipt_ids(factory, deal_id)[0])
    drain()
    return charge


def test_an_online_payment_triggers_a_reward_as_a_transfer_does(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, charge: Thing
) -> None:
    reward_id = the_reward(factory)
    approved(factory, people, clock, reward_id)
    assert state_of(factory, reward_id) is RewardState.APPROVED
    assert accounts(factory)[Account.AWARDED] == 8_500_000


def test_an_approved_reward_rests_during_a_dispute_and_goes_on_after_it(
    factory: UnitOfWorkFactory,
    people: People,
    clock: SetClock,
    client: FlaskClient,
    standin: Standin,
    drain: Drain,
    charge: Thing,
) -> None:
    reward_id = the_reward(factory)
    approved(factory, people, clock, reward_id)
    dispute = standin.books.dispute(charge, 1_000_000)
    deliver(client, standin.books.events[-1])
    drain()
    assert state_of(factory, reward_id) is RewardState.HELD
    today = china_day(clock.now())
    refused(lambda: paid(factory, people, reward_id, 0, 0, today), Conflict)
    standin.books.close_dispute(dispute, "won")
    deliver(client, standin.books.events[-1])
    drain()
    assert state_of(factory, reward_id) is RewardState.APPROVED
    paid(factory, people, reward_id, 0, 0, today)


def test_nothing_is_approved_during_a_dispute(
    factory: UnitOfWorkFactory,
    people: People,
    clock: SetClock,
    client: FlaskClient,
    standin: Standin,
    drain: Drain,
    charge: Thing,
) -> None:
    reward_id = the_reward(factory)
    confirmed(factory, people, reward_id)
    standin.books.dispute(charge, FEN)
    deliver(client, standin.books.events[-1])
    drain()
    refused(lambda: approved(factory, people, clock, reward_id), Conflict)
    assert state_of(factory, reward_id) is RewardState.PUBLISHED


def test_a_dispute_that_is_lost_is_a_refund_and_the_reward_stays_held(
    factory: UnitOfWorkFactory,
    people: People,
    clock: SetClock,
    client: FlaskClient,
    standin: Standin,
    drain: Drain,
    charge: Thing,
) -> None:
    reward_id = the_reward(factory)
    approved(factory, people, clock, reward_id)
    dispute = standin.books.dispute(charge, 6_000_000)
    standin.books.close_dispute(dispute, "lost")
    deliver(client, *standin.books.events[-2:])
    drain()
    verify(factory, people.county_official, receipt_ids(factory, DEAL)[-1])
    drain()
    assert state_of(factory, reward_id) is RewardState.HELD
    refused(lambda: paid(factory, people, reward_id, 0, 0, china_day(clock.now())), Conflict)
