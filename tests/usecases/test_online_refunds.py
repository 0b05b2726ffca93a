"""Refunds and disputes of online payments: each is a refund once, and what comes back afterwards counts again."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.deals import payment_service
from marketplace.deals.payment_queries import payments_page
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict
from marketplace.settings import Settings
from tests.online import (
    deliver,
    receipt_ids,
    receipts,
    taking,
)
from tests.paying import received, refused, verify
from tests.personas import People
from tests.standin.books import Thing
from tests.standin.server import Standin

pytestmark = pytest.mark.usefixtures("both_ways_agree")

FEN = 5_400_000


@pytest.fixture
def settings(settings: Settings, standin: Standin) -> Settings:
    return taking(settings, standin)


def test_a_dispute_stops_the_verification_and_one_that_is_lost_sends_the_money_back(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    standin: Standin,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
) -> None:
    dispute = standin.books.dispute(charge, FEN)
    deliver(client, *standin.books.events)
    drain()
    [payment] = receipt_ids(factory, online_deal)
    refused(lambda: verify(factory, people.county_official, payment), Conflict)
    with factory.reading(people.county_official) as uow:
        row = payments_page(uow, online_deal).row(payment)
    assert row is not None
    assert row.actions == {"reject"}
    standin.books.close_dispute(dispute, "lost")
    deliver(client, standin.books.events[-1])
    drain()
    assert receipts(factory, online_deal) == [("payment", "confirmed", FEN), ("refund", "confirmed", FEN)]
    for number in receipt_ids(factory, online_deal):
        verify(factory, people.county_official, number)
    assert received(factory, online_deal) == (0, 18_000_000)


def test_a_dispute_that_is_won_leaves_everything_as_it_was(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    standin: Standin,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
) -> None:
    dispute = standin.books.dispute(charge, 100_000)
    deliver(client, *standin.books.events)
    drain()
    standin.books.close_dispute(dispute, "won")
    deliver(client, standin.books.events[-1], standin.books.events[1])
    drain()
    [payment] = receipt_ids(factory, online_deal)
    verify(factory, people.county_official, payment)
    assert received(factory, online_deal) == (FEN, 12_600_000)


@pytest.mark.parametrize("verified", [False, True])
def test_a_refund_that_fails_afterwards_is_money_of_the_payee_again(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    standin: Standin,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
    verified: bool,
) -> None:
    refund = standin.books.refund(charge, 100_000)
    deliver(client, *standin.books.events)
    drain()
    payment, sent_back = receipt_ids(factory, online_deal)
    verify(factory, people.county_official, payment)
    if verified:
        verify(factory, people.county_official, sent_back)
    standin.books.turn_refund(refund, "failed")
    deliver(client, standin.books.events[-1], standin.books.events[1])
    drain()
    if verified:
        assert receipts(factory, online_deal)[2:] == [("payment", "confirmed", 100_000)]
        verify(factory, people.county_official, receipt_ids(factory, online_deal)[2])
    else:
        assert receipts(factory, online_deal)[1:] == [("refund", "rejected", 100_000)]
    assert received(factory, online_deal) == (FEN, 12_600_000)


def test_one_event_may_prove_a_payment_and_its_refund(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    standin: Standin,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
) -> None:
    """The first event was lost; the second tells of both, and nobody is warned of a voucher that stands for two."""
    standin.books.refund(charge, 100_000)
    deliver(client, standin.books.events[-1])
    drain()
    assert receipts(factory, online_deal) == [("payment", "confirmed", FEN), ("refund", "confirmed", 100_000)]
    with factory.reading(people.county_official) as uow:
        assert [row.twins for line in payments_page(uow, online_deal).lines for row in line.receipts] == [0, 0]


def test_rejecting_a_payment_ends_its_refunds(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    standin: Standin,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
) -> None:
    standin.books.refund(charge, 100_000)
    deliver(client, *standin.books.events)
    drain()
    payment, _refund = receipt_ids(factory, online_deal)
    with factory.writing(people.county_official) as uow:
        payment_service.end(uow, payment, "reject", "账户名与收款方不符")
    assert [state for _kind, state, _fen in receipts(factory, online_deal)] == ["rejected", "rejected"]
