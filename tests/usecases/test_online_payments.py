"""Paying online: whatever order the processor's events come in, and however often, each payment, refund and dispute counts
once."""

import itertools
import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.deals.payment_queries import payments_page
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.worker import Worker
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict
from marketplace.kernel.permissions import Actor
from marketplace.online.rules import Outcome
from marketplace.payments.models import Receipt
from marketplace.payments.rules import Standing
from marketplace.settings import Settings
from marketplace.web.context import Runtime
from tests.online import (
    deliver,
    first_line,
    outcomes,
    page_states,
    pay_online,
    receipt_ids,
    receipts,
    taking,
)
from tests.paying import TODAY, received, refused, report, standings, verify
from tests.personas import People
from tests.standin.books import FEE, OTHER, Thing
from tests.standin.server import Standin

pytestmark = pytest.mark.usefixtures("both_ways_agree")

FEN = 5_400_000


@pytest.fixture
def settings(settings: Settings, standin: Standin) -> Settings:
    return taking(settings, standin)


def test_a_page_that_is_paid_counts_once_an_official_has_looked(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    standin: Standin,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
) -> None:
    assert receipts(factory, online_deal) == []
    deliver(client, *standin.books.events)
    drain()
    assert receipts(factory, online_deal) == [("payment", "confirmed", FEN)]
    assert standings(factory, people.company, online_deal)[0] is Standing.ON_ITS_WAY
    assert received(factory, online_deal) == (0, 18_000_000)
    [number] = receipt_ids(factory, online_deal)
    with factory.reading(people.county_official) as uow:
        row = payments_page(uow, online_deal).row(number)
        assert row is not None
        assert row.actions == {"verify", "reject"}
        assert row.account is not None
        assert row.account.name == "青州前程机械有限公司"
        receipt = row.receipt
        assert (receipt.processor_id, receipt.fee, receipt.fee_currency) == (charge["id"], FEE, "hkd")
        assert (receipt.received_on, receipt.reported_by_id, receipt.confirmed_by_id) == (TODAY, None, None)
        voucher = uow.services.files.path(receipt.voucher_sha256).read_text()
    assert standin.books.events[0]["id"] in voucher
    verify(factory, people.county_official, number)
    assert received(factory, online_deal) == (FEN, 12_600_000)
    assert page_states(factory) == ["paid"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[::2])
def test_any_order_and_any_repetition_come_to_the_same(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    standin: Standin,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
    order: tuple[int, ...],
) -> None:
    """Payment, a part sent back, another part: five deliveries of each, shuffled."""
    standin.books.refund(charge, 100_000)
    standin.books.refund(charge, 50_000)
    for number in [*order, *reversed(order), *order, *reversed(order), *order]:
        deliver(client, standin.books.events[number])
        if number == 1:
            drain()
    drain()
    expected = [("payment", "confirmed", FEN), ("refund", "confirmed", 50_000), ("refund", "confirmed", 100_000)]
    assert sorted(receipts(factory, online_deal)) == sorted(expected)
    assert outcomes(factory) == [Outcome.FOLLOWED] * 3
    payment, *refunds = receipt_ids(factory, online_deal)
    refused(lambda: verify(factory, people.county_official, refunds[0]), Conflict)
    for number in (payment, *refunds):
        verify(factory, people.county_official, number)
    assert received(factory, online_deal) == (FEN - 150_000, 12_600_000 + 150_000)


def test_two_workers_follow_a_payment_once(
    factory: UnitOfWorkFactory, runtime: Runtime, client: FlaskClient, standin: Standin, online_deal: int, charge: Thing
) -> None:
    standin.books.refund(charge, 100_000)
    standin.books.turn_refund(standin.books.of(charge["_account"], "refund")[0], "succeeded")
    deliver(client, *standin.books.events)
    source = runtime.worker
    workers = [Worker(factory, source.handlers, (), source.batch_sizes) for _ in range(2)]
    threads = [threading.Thread(target=worker.drain) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    runtime.worker.drain()
    assert receipts(factory, online_deal) == [("payment", "confirmed", FEN), ("refund", "confirmed", 100_000)]
    assert outcomes(factory) == [Outcome.FOLLOWED] * 3


def test_what_was_stored_before_a_crash_is_followed_after_it(
    factory: UnitOfWorkFactory,
    client: FlaskClient,
    standin: Standin,
    clock: SetClock,
    online_deal: int,
    charge: Thing,
    runtime: Runtime,
) -> None:
    """Between the store and the following the processor cannot be reached: the same as a process that dies there."""
    deliver(client, *standin.books.events)
    standin.is_down = True
    runtime.worker.drain()
    assert receipts(factory, online_deal) == []
    assert outcomes(factory) == [Outcome.WAITING]
    standin.is_down = False
    clock.forward(minutes=1)
    runtime.worker.drain()
    assert receipts(factory, online_deal) == [("payment", "confirmed", FEN)]


@pytest.mark.parametrize(("amount", "currency"), [(FEN - 1, "cny"), (FEN, "usd")])
def test_another_amount_or_currency_is_for_people_to_look_at(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    browse: Callable[[Actor], FlaskClient],
    standin: Standin,
    online_deal: int,
    drain: Callable[[], int],
    amount: int,
    currency: str,
) -> None:
    standin.books.pay(pay_online(browse(people.company), first_line(factory, online_deal)), amount, currency)
    deliver(client, *standin.books.events)
    drain()
    assert (receipts(factory, online_deal), outcomes(factory)) == ([], [Outcome.DIFFERS])


def test_what_began_elsewhere_is_kept_and_left_alone(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    browse: Callable[[Actor], FlaskClient],
    standin: Standin,
    online_deal: int,
    drain: Callable[[], int],
) -> None:
    """The payee has other business on the account; and somebody else opens a page under a key that he has seen."""
    pay_online(browse(people.company), first_line(factory, online_deal))
    books = standin.books
    ours = books.of(books_account(standin), "checkout.session")[0]
    line = {"line_items": {"0": {"quantity": "1", "price_data": {"unit_amount": str(FEN), "currency": "cny"}}}}
    ends = {"expires_at": str(int(books.clock.now().timestamp()) + 3600)}
    own_business = books.open_page(ours["_account"], {**line, **ends})
    stolen = books.open_page(OTHER, {**line, **ends, "client_reference_id": ours["client_reference_id"]})
    books.pay(own_business["id"])
    books.pay(stolen["id"])
    deliver(client, *books.events)
    drain()
    assert receipts(factory, online_deal) == []
    assert outcomes(factory) == [Outcome.NOT_OURS, Outcome.OTHER_ACCOUNT]


def test_money_beyond_the_line_is_recorded_all_the_same(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    standin: Standin,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
) -> None:
    """The buyer reports a transfer of the whole line while he has the page open, and pays both."""
    report(factory, people.company, first_line(factory, online_deal), FEN)
    deliver(client, *standin.books.events)
    drain()
    with factory.reading(people.company) as uow:
        line = payments_page(uow, online_deal).lines[0]
    assert (line.left_fen, line.overpaid_fen) == (0, FEN)


def test_a_page_that_expires_is_opened_anew(
    factory: UnitOfWorkFactory,
    people: People,
    client: FlaskClient,
    browse: Callable[[Actor], FlaskClient],
    standin: Standin,
    online_deal: int,
    drain: Callable[[], int],
) -> None:
    buyer, line = browse(people.company), first_line(factory, online_deal)
    first = pay_online(buyer, line)
    assert pay_online(buyer, line) == first
    standin.books.expire(first)
    deliver(client, *standin.books.events)
    drain()
    second = pay_online(buyer, line)
    assert second != first
    assert page_states(factory) == ["expired", "open"]


def test_two_clicks_at_once_open_one_page(
    factory: UnitOfWorkFactory,
    people: People,
    browse: Callable[[Actor], FlaskClient],
    standin: Standin,
    online_deal: int,
) -> None:
    buyers, line = [browse(people.company) for _ in range(3)], first_line(factory, online_deal)
    answers: list[str] = []
    threads = [threading.Thread(target=lambda one=one: answers.append(pay_online(one, line))) for one in buyers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 3
    assert len(set(answers)) == 1
    assert len(standin.books.of(books_account(standin), "checkout.session")) == 1


def test_what_is_about_the_platform_itself_is_kept_and_left_alone(
    factory: UnitOfWorkFactory, client: FlaskClient, standin: Standin, charge: Thing, drain: Callable[[], int]
) -> None:
    deliver(client, {**standin.books.events[0], "_account": ""})
    drain()
    assert outcomes(factory) == [Outcome.NOT_OURS]


def test_an_event_that_is_delivered_several_times_at_once_is_stored_once(
    factory: UnitOfWorkFactory, app: Flask, standin: Standin, online_deal: int, charge: Thing
) -> None:
    threads = [
        threading.Thread(target=lambda: deliver(app.test_client(), *standin.books.events)) for _delivery in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes(factory) == [Outcome.WAITING]


def test_the_fee_that_is_known_later_is_noted_later(
    factory: UnitOfWorkFactory,
    client: FlaskClient,
    standin: Standin,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
) -> None:
    balance = charge["balance_transaction"]
    nothing = standin.books.things[balance] | {"object": "unknown"}
    known, standin.books.things[balance] = standin.books.things[balance], nothing
    deliver(client, *standin.books.events)
    drain()
    standin.books.things[balance] = known
    deliver(client, standin.books.tell("charge.updated", charge))
    drain()
    with factory.reading() as uow:
        assert uow.session.scalars(select(Receipt.fee)).one() == FEE


def books_account(standin: Standin) -> str:
    return next(iter(standin.books.accounts))
