"""The processor's list against what is kept here: what was never delivered is taken in, what differs is named."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.online.models import Dispute, PaymentPage, ProcessorEvent, Reconciliation
from marketplace.online.reconciling import Compared, announce, compare, note
from marketplace.settings import Settings
from tests.online import deliver, receipts, taking
from tests.standin.books import SELLER, Thing
from tests.standin.server import Standin

FEN = 5_400_000


@pytest.fixture
def settings(settings: Settings, standin: Standin) -> Settings:
    return taking(settings, standin)


def compared(factory: UnitOfWorkFactory) -> Compared:
    with factory.reading() as uow:
        return compare(uow, uow.now() - timedelta(days=7))


def found(factory: UnitOfWorkFactory) -> list[tuple[str, int, int]]:
    return [(one.what, one.processor_fen, one.rows_fen) for one in compared(factory).differences]


def test_what_was_never_delivered_is_taken_in(
    factory: UnitOfWorkFactory, standin: Standin, online_deal: int, charge: Thing, drain: Callable[[], int]
) -> None:
    standin.books.refund(charge, 100_000)
    assert found(factory) == [("payment", FEN, 0), ("refund", 100_000, 0)]
    with factory.writing() as uow:
        announce(uow)
    drain()
    assert receipts(factory, online_deal) == [("payment", "confirmed", FEN), ("refund", "confirmed", 100_000)]
    assert found(factory) == []
    with factory.reading() as uow:
        kept = uow.session.scalars(select(Reconciliation)).one()
        assert (kept.payments, kept.fetched, len(kept.differences)) == (1, 2, 2)
        assert set(uow.session.scalars(select(ProcessorEvent.was_fetched))) == {True}


def test_an_event_that_is_delivered_after_it_was_fetched_changes_nothing(
    factory: UnitOfWorkFactory,
    standin: Standin,
    client: FlaskClient,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
) -> None:
    missed = compared(factory)
    with factory.writing() as uow:
        note(uow, missed)
    drain()
    deliver(client, *standin.books.events)
    drain()
    assert receipts(factory, online_deal) == [("payment", "confirmed", FEN)]


def test_what_stands_here_alone_is_named(
    factory: UnitOfWorkFactory,
    standin: Standin,
    client: FlaskClient,
    online_deal: int,
    charge: Thing,
    drain: Callable[[], int],
) -> None:
    standin.books.dispute(charge, 1_000)
    deliver(client, *standin.books.events)
    drain()
    assert found(factory) == []
    with factory.writing() as uow:
        uow.session.execute(delete(Dispute))
    assert found(factory) == [("dispute", 1_000, 0)]
    with factory.writing() as uow:
        page = uow.session.scalars(select(PaymentPage)).one()
        del standin.books.things[page.session_id or ""]
    assert found(factory) == [("payment", 0, FEN)]


def test_an_account_that_has_left_is_named(factory: UnitOfWorkFactory, standin: Standin, online_deal: int) -> None:
    del standin.books.accounts[SELLER]
    assert found(factory) == [("account_refused", 0, 0)]


def test_other_business_on_the_account_is_none_of_ours(
    factory: UnitOfWorkFactory, standin: Standin, online_deal: int, drain: Callable[[], int]
) -> None:
    books = standin.books
    line = {"line_items": {"0": {"quantity": "1", "price_data": {"unit_amount": "100", "currency": "cny"}}}}
    page = books.open_page(SELLER, {**line, "expires_at": str(int(books.clock.now().timestamp()) + 3600)})
    books.pay(page["id"])
    assert found(factory) == []
