"""The deal room in the browser: who comes in, what is shown, what is typed."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.contracts.models import Scan
from marketplace.contracts.rules import PriceModel
from marketplace.deals import offer_service
from marketplace.deals.models import Deal, Message, Offer
from marketplace.deals.rules import DealState, OfferState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.matching.rules import Side
from tests.factories import (
    TERMS,
    make_contract,
    make_deal,
    make_interest,
    make_need,
    make_result,
    make_signed,
    pay_everything,
)
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]

OFFER = {
    "contract_type": "licence",
    "price_model": "instalments",
    "amount": "18万",
    "instalments-0-amount": "60000",
    "instalments-0-when": "合同生效后十日内",
    "instalments-1-amount": "12万",
    "instalments-1-when": "验收合格后",
    "delivery": "图纸<script>alert(1)</script>一套",
    "acceptance": "连续20件",
    "valid_until": "2026-12-04",
}


@pytest.mark.parametrize(
    "who", ["worker", "seller_contact", "company", "company_admin", "county_official", "city_official"]
)
def test_who_may_read_sees_the_room(factory: UnitOfWorkFactory, people: People, browse: Browse, who: str) -> None:
    deal_id = make_deal(factory, people)
    page = browse(getattr(people, who)).get(f"/deals/{deal_id}")
    assert page.status_code == 200
    assert "青州前程机械有限公司" in page.text


@pytest.mark.parametrize("who", ["stranger", "loner", "colleague", "other_official", "administrator"])
def test_for_everybody_else_it_is_not_there(
    factory: UnitOfWorkFactory, people: People, browse: Browse, who: str
) -> None:
    deal_id = make_deal(factory, people)
    browser = browse(getattr(people, who))
    for path in (f"/deals/{deal_id}", f"/deals/{deal_id}/offer", f"/deals/{deal_id}/letter", "/deals/999"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"/deals/{deal_id}/messages", data={"text": "hallo"}).status_code == 404
    assert browser.post(f"/deals/{deal_id}/lose", data={"reason": "darum"}).status_code == 404


def test_a_visitor_is_asked_to_sign_in(factory: UnitOfWorkFactory, people: People, client: FlaskClient) -> None:
    deal_id = make_deal(factory, people)
    assert client.get(f"/deals/{deal_id}").location == f"/sign-in?next=/deals/{deal_id}"


def test_the_way_from_an_interest_to_its_room(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    interest_id = make_interest(factory, people)
    assert browse(people.stranger).get(f"/interests/{interest_id}/deal").status_code == 404
    first = browse(people.company).get(f"/interests/{interest_id}/deal")
    again = browse(people.seller_contact).get(f"/interests/{interest_id}/deal")
    assert (first.status_code, first.location) == (303, again.location)


def test_the_way_from_the_interest_of_the_other_side(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    pair = {"result_id": make_result(factory, people), "need_id": make_need(factory, people)}
    back = {"side": Side.RESULT, "from_party_id": people.seller_party, "to_party_id": people.buyer_party}
    deal_id = make_deal(factory, people, **pair)
    other = make_interest(factory, people, **pair, **back)
    for actor in (people.worker, people.county_official, people.company):
        assert browse(actor).get(f"/interests/{other}/deal").location == f"/deals/{deal_id}"
    assert browse(people.stranger).get(f"/interests/{other}/deal").status_code == 404


def test_messages_and_their_files(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    deal_id = make_deal(factory, people)
    sent = browse(people.worker).post(
        f"/deals/{deal_id}/messages",
        data={"text": "请看<b>图纸</b>", "file": (BytesIO(b"%PDF-1.4 drawing"), "../图纸.pdf")},
    )
    assert sent.status_code == 303
    page = browse(people.company).get(f"/deals/{deal_id}").text
    assert "请看&lt;b&gt;图纸&lt;/b&gt;" in page
    with factory.reading() as uow:
        message = uow.session.scalars(select(Message)).one()
    assert (message.file_name, message.party_id) == ("图纸.pdf", None)
    path = f"/deals/{deal_id}/messages/{message.id}/file"
    assert path in page
    with browse(people.company).get(path) as file:
        assert (file.data, file.mimetype) == (b"%PDF-1.4 drawing", "application/pdf")
        assert file.headers["Content-Disposition"].startswith("attachment")
    assert browse(people.stranger).get(path).status_code == 404
    other_deal = make_deal(factory, people)
    assert browse(people.company).get(f"/deals/{other_deal}/messages/{message.id}/file").status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_there(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    deal_id = make_deal(factory, people)
    document_id = make_contract(factory, people, deal_id)
    browser = browse(people.seller_contact)
    browser.post(f"/deals/{deal_id}/messages", data={"text": "图纸", "file": (BytesIO(b"%PDF-1.4 a"), "a.pdf")})
    browser.post(
        f"/documents/{document_id}/scans", data={"file": (BytesIO(b"%PDF-1.4 b"), "b.pdf"), "signed_on": "2026-11-20"}
    )
    with factory.reading() as uow:
        paths = [f"/deals/{deal_id}/messages/{uow.session.scalars(select(Message.id)).one()}/file"]
        paths += [f"/documents/{document_id}/scans/{uow.session.scalars(select(Scan.id)).one()}"]
        for stored in uow.services.files.stored():
            stored.unlink()
    assert [browser.get(path).status_code for path in paths] == [404, 404]


@pytest.mark.parametrize(
    ("text", "content"),
    [("", b"%PDF-1.4"), ("长" * 4001, b"%PDF-1.4"), ("看附件", b"MZ\x90\x00\x03"), ("看附件", b"PK\x03\x04x")],
)
def test_a_refused_message_stays_in_the_form(
    factory: UnitOfWorkFactory, people: People, browse: Browse, text: str, content: bytes
) -> None:
    deal_id = make_deal(factory, people)
    data = {"text": text, "file": (BytesIO(content), "a.pdf")}
    answer = browse(people.company).post(f"/deals/{deal_id}/messages", data=data)
    assert answer.status_code == 200
    assert "error-summary" in answer.text
    assert text in answer.text
    with factory.reading() as uow:
        assert uow.session.scalars(select(Message)).all() == []


def test_officials_read_and_do_not_write(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    deal_id = make_deal(factory, people)
    browser = browse(people.county_official)
    assert f"/deals/{deal_id}/messages" not in browser.get(f"/deals/{deal_id}").text
    assert browser.post(f"/deals/{deal_id}/messages", data={"text": "hört"}).status_code == 403
    assert browser.post(f"/deals/{deal_id}/offer", data=OFFER).status_code == 409
    assert browser.post(f"/deals/{deal_id}/contract").status_code == 403


def test_an_offer_is_made_countered_and_accepted(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    deal_id = make_deal(factory, people)
    seller, buyer = browse(people.seller_contact), browse(people.company)
    assert seller.post(f"/deals/{deal_id}/offer", data=OFFER).status_code == 303
    page = buyer.get(f"/deals/{deal_id}").text
    assert "图纸&lt;script&gt;" in page
    assert "¥ 180,000.00" in page
    assert 'value="180000"' in buyer.get(f"/deals/{deal_id}/offer").text, (
        "a counter-offer begins with the offer's terms"
    )
    lump = {name: value for name, value in OFFER.items() if not name.startswith("instalments")}
    lump |= {"price_model": "lump_sum", "amount": "16万"}
    assert buyer.post(f"/deals/{deal_id}/offer", data=lump).status_code == 303
    compared = seller.get(f"/deals/{deal_id}").text
    assert ("<del>分期支付</del>" in compared, "与报价 1 相比的改动" in compared) == (True, True)
    with factory.reading() as uow:
        first, second = uow.session.scalars(select(Offer).order_by(Offer.number)).all()
    assert (first.state, second.state) == (OfferState.COUNTERED, OfferState.OPEN)
    assert (second.price_model, second.amount_fen, second.instalments) == (PriceModel.LUMP_SUM, 16_000_000, [])
    accept = f"/deals/{deal_id}/offers/{second.id}/accept"
    assert buyer.post(accept).status_code == 403
    assert seller.post(accept).status_code == 303
    assert seller.post(accept).status_code == 409
    written = buyer.post(f"/deals/{deal_id}/contract")
    assert written.status_code == 303
    assert "壹拾陆万元整" in buyer.get(written.location).text
    assert buyer.post(f"/deals/{deal_id}/contract").status_code == 409


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "abc"}, "amount"),
        ({"instalments-1-amount": "11万"}, "instalments"),
        ({"price_model": "entry_and_royalty", "royalty": "x", "royalty_base": "销售额"}, "royalty"),
        ({"price_model": "entry_and_royalty", "royalty": "101", "royalty_base": "销售额"}, "royalty"),
        ({"price_model": "royalty", "royalty": "3.5"}, "royalty_base"),
        ({"delivery": "  "}, "delivery"),
        ({"acceptance": "长" * 4001}, "acceptance"),
        ({"valid_until": "2026-01-01"}, "valid_until"),
        ({"valid_until": "soon"}, "valid_until"),
        ({"contract_type": "barter"}, "contract_type"),
    ],
)
def test_a_refused_offer_loses_nothing(
    factory: UnitOfWorkFactory, people: People, browse: Browse, changed: dict[str, str], shown: str
) -> None:
    deal_id = make_deal(factory, people)
    answer = browse(people.company).post(f"/deals/{deal_id}/offer", data={**OFFER, **changed})
    assert answer.status_code == 200
    assert f'<a href="#{shown}">' in answer.text
    assert "图纸&lt;script&gt;" in answer.text or shown == "delivery"
    with factory.reading() as uow:
        assert uow.session.scalars(select(Offer)).all() == []


def test_an_offer_is_declined_with_a_reason_that_is_asked_for_beside_its_field(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    deal_id = make_deal(factory, people)
    with factory.writing(people.seller_contact) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, TERMS).id
    company, path = browse(people.company), f"/deals/{deal_id}/offers/{offer_id}/decline"
    refused = company.post(path, data={"reason": ""})
    assert (refused.status_code, 'id="reason-offer-error"' in refused.text) == (200, True)
    long = company.post(path, data={"reason": "长" * 1001}).text
    assert "长" * 1001 in long  # What was typed stays.
    assert browse(people.stranger).post(path, data={"reason": ""}).status_code == 404
    assert company.post(path, data={"reason": "太贵"}).status_code == 303
    assert "太贵" in browse(people.seller_contact).get(f"/deals/{deal_id}").text


def test_giving_up_needs_a_reason_and_shows_it(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    deal_id = make_deal(factory, people)
    make_contract(factory, people, deal_id)
    browser = browse(people.company)
    refused = browser.post(f"/deals/{deal_id}/lose", data={"reason": " ", "end_reason": "plans"})
    assert refused.status_code == 200
    assert 'id="reason-lose-error"' in refused.text
    assert 'href="#reason-lose"' in refused.text
    assert '<details class="confirm" open>' in refused.text
    for kind in ("", "nonsense"):
        refused = browser.post(f"/deals/{deal_id}/lose", data={"reason": "预算取消", "end_reason": kind})
        assert 'href="#end_reason-lose"' in refused.text
        assert "预算取消" in refused.text
    told = {"reason": "预算取消", "end_reason": "plans"}
    assert browser.post(f"/deals/{deal_id}/lose", data=told).status_code == 303
    page = browse(people.seller_contact).get(f"/deals/{deal_id}").text
    assert "预算取消" in page
    assert "资金或计划有变" in page
    assert browser.post(f"/deals/{deal_id}/lose", data=told).status_code == 409


def test_performance_step_by_step(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    deal_id = make_signed(factory, people)
    seller, buyer = browse(people.seller_contact), browse(people.company)
    assert buyer.post(f"/deals/{deal_id}/accept_delivery").status_code == 409
    assert seller.post(f"/deals/{deal_id}/perform").status_code == 303
    assert seller.post(f"/deals/{deal_id}/accept_delivery").status_code == 403
    assert buyer.post(f"/deals/{deal_id}/accept_delivery").status_code == 303
    assert seller.post(f"/deals/{deal_id}/complete").status_code == 409
    pay_everything(factory, people, deal_id, date(2026, 11, 20))
    assert seller.post(f"/deals/{deal_id}/complete").status_code == 303
    for action in ("enter_into_force", "terminate", "draft", "nonsense"):
        assert seller.post(f"/deals/{deal_id}/{action}").status_code == 404
    with factory.reading() as uow:
        assert uow.session.get_one(Deal, deal_id).state is DealState.COMPLETED


def test_an_official_records_a_termination(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    deal_id = make_signed(factory, people)
    path = f"/deals/{deal_id}/termination"
    assert browse(people.company).get(path).status_code == 404
    assert browse(people.other_official).get(path).status_code == 404
    official = browse(people.county_official)
    empty = official.post(path, data={"reason": "", "payable": ""}).text
    assert all(f'href="#{field}"' in empty for field in ("reason", "end_reason", "payable"))
    assert (
        "#payable"
        in official.post(path, data={"reason": "双方协商终止", "end_reason": "plans", "payable": "20万"}).text
    )
    for nothing in ("", "  "):
        assert (
            "#payable"
            in official.post(path, data={"reason": "双方协商终止", "end_reason": "plans", "payable": nothing}).text
        )
    typed = {"reason": "双方协商终止", "end_reason": "plans", "payable": "5万"}
    assert official.post(path, data=typed | seen(official.post(path, data=typed))).status_code == 303
    page = official.get(f"/deals/{deal_id}").text
    assert "¥ 50,000.00" in page
    assert "-¥ 130,000.00" in page
    assert official.get(path).status_code == 404


def test_nothing_stays_payable_when_zero_is_typed(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    path = f"/deals/{make_signed(factory, people)}/termination"
    typed = {"reason": "双方协商终止", "end_reason": "plans", "payable": "0"}
    official = browse(people.county_official)
    assert official.post(path, data=typed | seen(official.post(path, data=typed))).status_code == 303


def seen(page: TestResponse) -> dict[str, str]:
    """What a page that shows the outcome sends along."""
    found = re.search(r'name="seen" type="hidden" value="([^"]+)"', page.text)
    assert found, page.text
    return {"seen": found[1]}


def test_before_a_termination_is_recorded_the_page_says_what_is_sent_back(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    deal_id = make_signed(factory, people)
    pay_everything(factory, people, deal_id, date(2026, 11, 20))
    path, official = f"/deals/{deal_id}/termination", browse(people.county_official)
    assert "¥ 180,000.00" in official.get(path).text
    typed = {"reason": "双方协商终止", "end_reason": "plans", "payable": "5万"}
    shown = official.post(path, data=typed)
    assert shown.status_code == 200
    for said in ("出让方应向受让方退回 ¥ 130,000.00", "双方协商终止"):
        assert said in shown.text
    other = official.post(path, data=typed | {"payable": "18万"} | seen(shown))
    assert "无需再付或退回" in other.text, "another amount is another outcome"
    with factory.reading() as uow:
        assert uow.session.get_one(Deal, deal_id).state is DealState.IN_FORCE
    recorded = official.post(path, data=typed | seen(shown), follow_redirects=True)
    assert "出让方应向受让方退回 ¥ 130,000.00" in recorded.text


def test_my_deals_and_the_deals_of_an_area(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    deal_id = make_deal(factory, people)
    link = f'href="/deals/{deal_id}"'
    for who in ("company", "seller_contact", "worker", "county_official", "city_official"):
        assert link in browse(getattr(people, who)).get("/deals").text
    for who in ("stranger", "other_official", "administrator", "colleague"):
        page = browse(getattr(people, who)).get("/deals")
        assert page.status_code == 200
        assert link not in page.text
