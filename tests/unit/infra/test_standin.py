"""The stand-in itself: it must refuse what Stripe would refuse, or the tests on it prove nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from marketplace.infra.processor import PageWanted, ProcessorRefuses
from marketplace.infra.stripe_processor import StripeProcessor
from tests.standin.books import KEY, SECRET, SELLER, NotAllowed
from tests.standin.params import nested
from tests.standin.server import Standin

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def processor(standin: Standin) -> StripeProcessor:
    return StripeProcessor(KEY, (SECRET,), standin.url)


def wanted(**changed: Any) -> PageWanted:
    values = {"account": SELLER, "key": "k" * 48, "fen": 100, "title": "工装", "return_url": "http://127.0.0.1/x"}
    return PageWanted(**{**values, "expires_at": NOW + timedelta(hours=2), **changed})


def test_names_in_brackets_are_read_as_they_are_nested() -> None:
    assert nested([("a[b][0]", "1"), ("a[c]", "2"), ("d", "3")]) == {"a": {"b": {"0": "1"}, "c": "2"}, "d": "3"}


def test_one_key_opens_one_page(processor: StripeProcessor, standin: Standin) -> None:
    assert processor.open_page(wanted()) == processor.open_page(wanted())
    assert len(standin.books.of(SELLER, "checkout.session")) == 1
    with pytest.raises(ProcessorRefuses, match="same parameters"):
        processor.open_page(wanted(fen=200))


@pytest.mark.parametrize(
    "changed",
    [
        {"fen": 0},
        {"fen": 100_000_000},
        {"expires_at": NOW + timedelta(minutes=29)},
        {"expires_at": NOW + timedelta(hours=25)},
        {"account": "acct_1Unknown"},
    ],
)
def test_what_stripe_would_refuse_is_refused(processor: StripeProcessor, changed: dict[str, Any]) -> None:
    with pytest.raises(ProcessorRefuses):
        processor.open_page(wanted(**changed))


@pytest.mark.parametrize(
    "params",
    [
        {"payment_method_types": ["card"]},
        {"line_items": [{"quantity": 1, "price_data": {"currency": "cny", "amount": 1}}]},
        {"allowed_payment_method_types": ["cheque"]},
        {"payment_method_options": {"wechat_pay": {"app_id": "wx"}}},
        {"mode": "gift"},
    ],
)
def test_a_parameter_that_the_sdk_does_not_know_is_refused(standin: Standin, params: dict[str, Any]) -> None:
    client = stripe.StripeClient(KEY, base_addresses={"api": standin.url})
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter"):
        client.v1.checkout.sessions.create(params, {"stripe_account": SELLER})  # type: ignore[arg-type]


def test_no_more_is_refunded_than_there_is(processor: StripeProcessor, standin: Standin) -> None:
    charge = standin.books.pay(processor.open_page(wanted()).session_id)
    standin.books.refund(charge, 60)
    with pytest.raises(NotAllowed):
        standin.books.refund(charge, 41)


def test_a_wrong_key_is_refused(standin: Standin) -> None:
    with pytest.raises(ProcessorRefuses, match="Invalid API Key"):
        StripeProcessor("sk_test_other", (SECRET,), standin.url).account(SELLER)


def test_what_is_down_may_be_asked_again(processor: StripeProcessor, standin: Standin) -> None:
    standin.is_down = True
    with pytest.raises(OSError, match="cannot be reached"):
        processor.account(SELLER)
