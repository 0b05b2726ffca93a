"""The payment plan in the browser: report, confirm, refuse, verify, refund; what is typed stays, who may not sees nothing."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.payments.rules import ReceiptState
from tests.factories import VOUCHER, lines_of, make_payment, make_signed
from tests.paying import BY_PLAN, TODAY, receipt_state, report
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal in force of 180,000 yuan in three lines."""
    return make_signed(factory, people, BY_PLAN)


def sent(**changed: Any) -> dict[str, Any]:
    fields = {"amount": "54000", "sent_on": "2026-11-20", "bank_reference": "2026112000001"}
    return {**fields, "file": (BytesIO(VOUCHER), "回单.pdf"), **changed}


def test_a_payment_goes_from_the_buyer_to_the_official(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    line = lines_of(factory, deal)[0]
    buyer, seller, official = browse(people.company), browse(people.seller_contact), browse(people.county_official)
    plan = f"/deals/{deal}/payments"
    assert f'href="{plan}"' in buyer.get(f"/deals/{deal}").text
    assert 'value="54000"' in buyer.get(f"/milestones/{line.id}/payment").text
    assert buyer.post(f"/milestones/{line.id}/payment", data=sent()).status_code == 303
    page = seller.get(plan).text
    assert "¥ 54,000.00" in page
    assert "2026112000001" in page
    assert official.post("/receipts/1/verify").status_code == 409
    assert seller.post("/receipts/1/confirm", data={"day": "2026-11-20"}).status_code == 303
    assert "核验回单" in official.get(plan).text
    assert official.get("/receipts/1/voucher", buffered=True).data == VOUCHER
    assert official.post("/receipts/1/verify").status_code == 303
    assert "已付清" in buyer.get(plan).text
    assert official.post("/receipts/1/verify").status_code == 409


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "五万四"}, "amount"),
        ({"amount": "54000.01"}, "amount"),
        ({"sent_on": "2026-11-21"}, "sent_on"),
        ({"sent_on": "yesterday"}, "sent_on"),
        ({"bank_reference": "9" * 61}, "bank_reference"),
        ({"file": (BytesIO(b"MZ"), "a.pdf")}, "file"),
        ({"file": (BytesIO(b""), "")}, "file"),
    ],
)
def test_a_refused_report_loses_nothing(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int, changed: dict[str, Any], field: str
) -> None:
    line = lines_of(factory, deal)[0]
    answer = browse(people.company).post(f"/milestones/{line.id}/payment", data=sent(**changed))
    assert answer.status_code == 200
    assert f'href="#{field}"' in answer.text
    assert "2026112000001" in answer.text or field == "bank_reference"


def test_the_other_side_refuses_with_a_reason(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    receipt_id = report(factory, people.company, lines_of(factory, deal)[0].id, 5_400_000)
    seller = browse(people.seller_contact)
    empty = seller.post(f"/receipts/{receipt_id}/refuse", data={"reason": ""})
    assert (empty.status_code, f'id="reason-refuse-{receipt_id}-error"' in empty.text) == (200, True)
    wrong_day = seller.post(f"/receipts/{receipt_id}/confirm", data={"day": "2026-11-30"})
    assert (wrong_day.status_code, f'href="#day-confirm-{receipt_id}"' in wrong_day.text) == (200, True)
    assert seller.post(f"/receipts/{receipt_id}/refuse", data={"reason": "账上没有"}).status_code == 303
    assert receipt_state(factory, receipt_id) is ReceiptState.REFUSED
    assert "账上没有" in browse(people.company).get(f"/deals/{deal}/payments").text


def test_a_report_is_withdrawn_or_a_voucher_rejected(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    line = lines_of(factory, deal)[0]
    first, second = (report(factory, people.company, line.id, 100) for _ in range(2))
    assert browse(people.company).post(f"/receipts/{first}/withdraw").status_code == 303
    assert browse(people.seller_contact).post(f"/receipts/{second}/confirm", data={"day": TODAY}).status_code == 303
    official = browse(people.county_official)
    assert official.post(f"/receipts/{second}/reject", data={"reason": "金额不符"}).status_code == 303
    states = [receipt_state(factory, one) for one in (first, second)]
    assert states == [ReceiptState.WITHDRAWN, ReceiptState.REJECTED]


def test_a_refund_is_reported_by_the_seller(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    payment_id = make_payment(factory, people, lines_of(factory, deal)[0].id, 5_400_000, TODAY)
    assert browse(people.company).get(f"/receipts/{payment_id}/refund").status_code == 409
    seller = browse(people.seller_contact)
    assert "¥ 54,000.00" in seller.get(f"/receipts/{payment_id}/refund").text
    assert seller.post(f"/receipts/{payment_id}/refund", data=sent(amount="4000")).status_code == 303
    assert "退款" in browse(people.company).get(f"/deals/{deal}/payments").text


def test_the_day_of_another_event_and_the_invoice(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    first, _, last = lines_of(factory, deal)
    seller = browse(people.seller_contact)
    assert seller.post(f"/milestones/{last.id}/day", data={"day": ""}).status_code == 200
    assert seller.post(f"/milestones/{last.id}/day", data={"day": "2027-02-01"}).status_code == 303
    assert lines_of(factory, deal)[2].due_on == date(2027, 2, 1)
    path = f"/milestones/{first.id}/invoice"
    wrong = seller.post(path, data={"number": "26 37", "vat": "0"})
    assert (wrong.status_code, 'value="26 37"' in wrong.text) == (200, True)
    assert seller.post(path, data={"number": "26370001", "vat": "3056.60"}).status_code == 303
    assert 'value="3056.60"' in seller.get(path).text
    assert browse(people.company).get(path).status_code == 409


@pytest.mark.parametrize("who", ["stranger", "loner", "other_official", "administrator"])
def test_who_has_no_part_in_it_sees_nothing(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int, who: str
) -> None:
    receipt_id = report(factory, people.company, lines_of(factory, deal)[0].id, 100)
    browser = browse(getattr(people, who))
    paths = (
        f"/deals/{deal}/payments",
        f"/receipts/{receipt_id}/voucher",
        "/milestones/1/payment",
        "/receipts/99/refund",
    )
    assert [browser.get(path).status_code for path in paths] == [404] * 4
    assert browser.post(f"/receipts/{receipt_id}/withdraw").status_code == 404


def test_an_author_reads_and_an_official_is_warned_of_one_voucher_for_two(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    line = lines_of(factory, deal)[0]
    for _ in range(2):
        report(factory, people.company, line.id, 100)
    assert "另有 1 笔款项使用同一份回单" in browse(people.county_official).get(f"/deals/{deal}/payments").text
    author = browse(people.worker).get(f"/deals/{deal}/payments").text
    assert ("第 1 期" in author, "<form" in author.split("<main", 1)[1].split("</main>")[0]) == (True, False)
