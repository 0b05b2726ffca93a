"""Paying online in the browser: the button, the way to Stripe and back, and what Stripe itself calls."""

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from stripe import WebhookSignature

from marketplace.contracts.rules import PriceModel
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.settings import Settings
from tests.factories import TERMS, lines_of, make_signed
from tests.online import JSON, connect, deliver, first_line, outcomes, page_states, pay_online, receipt_ids, taking
from tests.paying import BY_PLAN, report
from tests.personas import People
from tests.standin.books import OTHER, SECRET, SELLER, Thing
from tests.standin.server import Standin, signed

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def settings(settings: Settings, standin: Standin) -> Settings:
    return taking(settings, standin)


def post(client: FlaskClient, body: bytes, signature: str) -> tuple[int, str]:
    answer = client.post("/webhooks/stripe", data=body, headers={**JSON, "Stripe-Signature": signature})
    return answer.status_code, answer.text


def test_the_buyer_goes_to_stripe_and_comes_back(
    factory: UnitOfWorkFactory,
    people: People,
    browse: Browse,
    standin: Standin,
    online_deal: int,
    drain: Callable[[], int],
) -> None:
    buyer, line = browse(people.company), first_line(factory, online_deal)
    plan = buyer.get(f"/deals/{online_deal}/payments")
    assert "在线支付" in plan.text
    assert standin.url in plan.headers["Content-Security-Policy"].partition("form-action")[2]
    session = pay_online(buyer, line)
    asked = next(params for params, _answer in standin.answered.values())
    assert asked["success_url"] == asked["cancel_url"] == "http://127.0.0.1:8000/payment-pages/1"
    assert asked["line_items"]["0"]["price_data"] == {
        "currency": "cny",
        "unit_amount": "5400000",
        "product_data": {"name": "变压器油箱自动焊接工装 · 1"},
    }
    assert set(asked["allowed_payment_method_types"].values()) == {"card", "alipay", "wechat_pay"}
    assert ("POST", "/v1/checkout/sessions", SELLER) in standin.calls
    standin.books.pay(session)
    assert "Stripe 尚未通知" in buyer.get("/payment-pages/1").text
    deliver(buyer, *standin.books.events)
    drain()
    assert "Stripe 已通知" in buyer.get("/payment-pages/1").text
    official = browse(people.county_official)
    page = official.get(f"/deals/{online_deal}/payments").text
    assert "34.56 HKD" in page
    assert SELLER in page
    [number] = receipt_ids(factory, online_deal)
    assert b'"object": "event"' in official.get(f"/receipts/{number}/voucher", buffered=True).data
    assert official.post(f"/receipts/{number}/verify").status_code == 303
    assert "已付清" in buyer.get(f"/deals/{online_deal}/payments").text


def test_who_comes_back_to_the_page_within_a_free_use_reads_what_paying_gives_up(
    factory: UnitOfWorkFactory, people: People, browse: Browse, seller_admin: Actor, drain: Callable[[], int]
) -> None:
    connect(factory, seller_admin, people.seller_id)
    deal_id = make_signed(factory, people, replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=30))
    drain()
    pay_online(browse(people.company), first_line(factory, deal_id))
    assert "不再享有单方终止的权利" in browse(people.company).get("/payment-pages/1").text
    assert "不再享有单方终止的权利" not in browse(people.seller_contact).get("/payment-pages/1").text


@pytest.mark.parametrize(("by", "status"), [("seller_contact", 403), ("county_official", 403), ("stranger", 404)])
def test_only_the_buyer_pays(
    factory: UnitOfWorkFactory, people: People, browse: Browse, online_deal: int, by: str, status: int
) -> None:
    who = browse(getattr(people, by))
    assert who.post(f"/milestones/{first_line(factory, online_deal)}/online").status_code == status
    assert "在线支付" not in who.get(f"/deals/{online_deal}/payments").text
    assert page_states(factory) == []


def test_the_page_one_comes_back_to_is_for_the_parties(
    factory: UnitOfWorkFactory, people: People, browse: Browse, online_deal: int
) -> None:
    pay_online(browse(people.company), first_line(factory, online_deal))
    assert browse(people.seller_contact).get("/payment-pages/1").status_code == 200
    for outsider in (people.stranger, people.loner, people.other_official, people.worker):
        assert browse(outsider).get("/payment-pages/1").status_code == 404
    assert browse(people.company).get("/payment-pages/7").status_code == 404


def test_where_the_payee_has_no_account_there_is_no_button(
    factory: UnitOfWorkFactory, people: People, seller_admin: Actor, browse: Browse, online_deal: int
) -> None:
    assert browse(seller_admin).post(f"/organisations/{people.seller_id}/online-account/end").status_code == 303
    buyer = browse(people.company)
    assert "在线支付" not in buyer.get(f"/deals/{online_deal}/payments").text
    assert buyer.post(f"/milestones/{first_line(factory, online_deal)}/online").status_code == 409


def test_a_line_beyond_what_a_page_takes_has_no_button(
    factory: UnitOfWorkFactory, people: People, browse: Browse, standin: Standin, online_deal: int
) -> None:
    with factory.writing() as uow:
        line = lines_of(factory, online_deal)[1]
        uow.session.merge(line).fen = 100_000_000
    buyer = browse(people.company)
    assert buyer.post(f"/milestones/{line.id}/online").status_code == 409
    assert "999,999.99" in buyer.post(f"/milestones/{line.id}/online").text
    assert page_states(factory) == []


def test_when_stripe_does_not_answer_nothing_is_lost(
    factory: UnitOfWorkFactory, people: People, browse: Browse, standin: Standin, online_deal: int
) -> None:
    buyer, line = browse(people.company), first_line(factory, online_deal)
    standin.is_down = True
    answer = buyer.post(f"/milestones/{line}/online")
    assert answer.status_code == 409
    assert "Stripe 暂时没有响应" in answer.text
    standin.is_down = False
    pay_online(buyer, line)
    assert page_states(factory) == ["open"]


def test_another_amount_closes_the_page_before(
    factory: UnitOfWorkFactory,
    people: People,
    browse: Browse,
    standin: Standin,
    online_deal: int,
    drain: Callable[[], int],
) -> None:
    """Who reports a transfer of a part meanwhile must not pay the whole line on the page that is still open."""
    buyer, line = browse(people.company), first_line(factory, online_deal)
    first = pay_online(buyer, line)
    report(factory, people.company, line, 400_000)
    second = pay_online(buyer, line)
    assert [standin.books.things[one]["status"] for one in (first, second)] == ["expired", "open"]
    assert standin.books.things[second]["amount_total"] == 5_000_000
    deliver(buyer, *standin.books.events)
    drain()
    assert page_states(factory) == ["expired", "open"]


def test_what_stripe_refuses_is_told(
    factory: UnitOfWorkFactory, people: People, browse: Browse, standin: Standin, online_deal: int
) -> None:
    del standin.books.accounts[SELLER]
    buyer = browse(people.company)
    answer = buyer.post(f"/milestones/{first_line(factory, online_deal)}/online")
    assert answer.status_code == 409
    assert "does not have access" in answer.text
    assert page_states(factory) == ["failed"]
    assert "does not have access" in buyer.get("/payment-pages/1").text


def paid(factory: UnitOfWorkFactory, people: People, browse: Browse, standin: Standin, online_deal: int) -> Thing:
    standin.books.pay(pay_online(browse(people.company), first_line(factory, online_deal)))
    return standin.books.events[-1]


def test_only_what_stripe_has_signed_just_now_is_taken(
    factory: UnitOfWorkFactory, people: People, browse: Browse, client: FlaskClient, standin: Standin, online_deal: int
) -> None:
    event = paid(factory, people, browse, standin, online_deal)
    body, header = signed(event)
    assert post(client, body, "")[0] == 400
    assert post(client, body, "t=1,v1=00")[0] == 400
    assert post(client, body, "nonsense")[0] == 400
    assert post(client, body + b" ", header)[0] == 400
    assert post(client, *signed(event, secret="whsec_of_somebody"))[0] == 400
    assert post(client, *signed(event, at=int(time.time()) - 3600))[0] == 400
    assert outcomes(factory) == []
    assert post(client, *signed(event, secret="whsec_old")) == (200, "")
    assert post(client, body, header) == (200, "")
    assert len(outcomes(factory)) == 1


def test_stripe_has_no_form_of_ours(
    app: Flask, factory: UnitOfWorkFactory, people: People, browse: Browse, standin: Standin, online_deal: int
) -> None:
    event = paid(factory, people, browse, standin, online_deal)
    app.config["WTF_CSRF_ENABLED"] = True
    deliver(app.test_client(), event)
    assert len(outcomes(factory)) == 1


@pytest.mark.parametrize("text", ["[]", "{}", '{"id": "evt_1", "type": "x", "created": 1, "data": null}', "not json"])
def test_what_is_signed_and_no_event_is_let_go(
    factory: UnitOfWorkFactory, client: FlaskClient, standin: Standin, text: str
) -> None:
    assert post(client, text.encode(), WebhookSignature.generate_signature_header(text, SECRET)) == (200, "not for us")
    assert outcomes(factory) == []


def test_an_organisation_connects_its_account_on_a_page(
    factory: UnitOfWorkFactory, people: People, seller_admin: Actor, browse: Browse, drain: Callable[[], int]
) -> None:
    page, address = browse(seller_admin), f"/organisations/{people.seller_id}/online-account"
    assert address in page.get(f"/organisations/{people.seller_id}/manage").text
    refused = page.post(address, data={"account": "my account"})
    assert refused.status_code == 200
    assert 'value="my account"' in refused.text
    assert page.post(address, data={"account": OTHER}).status_code == 303
    assert "待核对" in page.get(address).text
    drain()
    assert "已连接" in page.get(address).text
    assert browse(people.seller_contact).get(address).status_code == 200  # He is an administrator now.
    assert browse(people.county_official).get(address).status_code == 403
    assert browse(people.stranger).get(address).status_code == 404


class TestOff:
    """Without keys nothing of it is there."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"public_url": "https://jiangguo.example.org"})

    def test_a_test_key_serves_on_loopback_alone(
        self, factory: UnitOfWorkFactory, people: People, browse: Browse, client: FlaskClient
    ) -> None:
        deal = make_signed(factory, people, BY_PLAN)
        assert not factory.services.settings.takes_online_payments
        assert client.post("/webhooks/stripe", data=json.dumps({})).status_code == 404
        page = browse(people.company).get(f"/deals/{deal}/payments")
        assert "在线支付" not in page.text
        assert page.headers["Content-Security-Policy"].endswith("form-action 'self'")
        assert browse(people.company).post(f"/milestones/{first_line(factory, deal)}/online").status_code == 409


def test_a_page_that_was_not_opened_in_time_is_asked_for_anew(
    factory: UnitOfWorkFactory, people: People, browse: Browse, standin: Standin, clock: SetClock, online_deal: int
) -> None:
    """The process died between its own row and Stripe; the same key would be too late by now."""
    buyer, line = browse(people.company), first_line(factory, online_deal)
    standin.is_down = True
    assert buyer.post(f"/milestones/{line}/online").status_code == 409
    standin.is_down = False
    clock.forward(minutes=100)
    pay_online(buyer, line)
    assert page_states(factory) == ["asked", "open"]
