"""Changing a contract in force and ending it in the browser: written, read with what is new marked, signed, taken off."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marketplace.contracts.models import Amendment, Document, Settlement
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.amending import amend, end, sign_by_both, write_amendment
from tests.factories import lines_of, make_payment, make_signed
from tests.paying import BY_PLAN, TODAY, report
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal in force of 180,000 yuan in three lines, of which the first is paid."""
    deal_id = make_signed(factory, people, BY_PLAN)
    make_payment(factory, people, lines_of(factory, deal_id)[0].id, 5_400_000, TODAY)
    return deal_id


def typed(browser: FlaskClient, deal: int, **changed: Any) -> dict[str, Any]:
    """The form as the page shows it, with what somebody changed."""
    page = browser.get(f"/deals/{deal}/amendment").text
    fields = {
        "stands": "0",
        "reason": "二号生产线停用。",
        "lines-0-number": "2",
        "lines-0-amount": "100000",
        "lines-0-trigger": "acceptance",
        "lines-0-days": "30",
        "lines-1-number": "3",
        "lines-1-amount": "26000",
        "lines-1-trigger": "other",
        "lines-1-when": "质保期满后支付",
        "lines-2-number": "",
        "lines-2-amount": "",
        "lines-2-trigger": "day",
    }
    for name, value in fields.items():
        assert f'name="{name}"' in page, name
        assert name in {"stands", "reason"} or not value or f'value="{value}"' in page, name
    clauses = {
        key: _clause(page, key) for key in ("scope", "plan", "confidentiality", "risk", "ownership", "acceptance")
    }
    clauses |= {key: _clause(page, key) for key in ("subject", "breach", "change", "dispute", "glossary", "other")}
    return {**fields, **clauses, **changed}


def _clause(page: str, key: str) -> str:
    """What stands in the field of a clause, as a browser sends it."""
    text = page.split(f'name="{key}"', maxsplit=1)[1].split(">", maxsplit=1)[1].split("</textarea>", maxsplit=1)[0]
    return text.lstrip("\r\n").replace("&#34;", '"').replace("\n", "\r\n")


def newest(factory: UnitOfWorkFactory) -> Document:
    with factory.reading() as uow:
        return uow.session.get_one(Document, uow.session.scalar(select(func.max(Document.id))))


def test_an_amendment_holds_only_what_was_changed(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    browser = browse(people.company)
    assert f"/deals/{deal}/amendment" in browser.get(f"/deals/{deal}").text
    changed = {
        "lines-1-amount": "",
        "lines-2-amount": "2万",
        "lines-2-day": "2027-01-31",
        "acceptance": "连续焊接30件。",
    }
    sent = browser.post(f"/deals/{deal}/amendment", data=typed(browser, deal, **changed))
    document = newest(factory)
    assert (sent.status_code, sent.location) == (303, f"/documents/{document.id}")
    with factory.reading() as uow:
        row = uow.session.get_one(Amendment, document.id)
    assert row.texts == {"acceptance": "连续焊接30件。"}
    assert (row.dropped, [line["fen"] for line in row.lines]) == ([3], [2_000_000])
    assert document.amount_fen == 17_400_000
    page = browser.get(sent.location).text
    for said in ("补充协议（第1稿）", "原约定", "变更为", "<ins>", "<del>", "¥ 174,000.00"):
        assert said in page, said
    browser.post(f"/documents/{document.id}/send")
    page = browse(people.seller_contact).get(f"/documents/{document.id}/signature").text
    assert "各方签署后，合同即行变更" in page
    sign_by_both(factory, people, document.id)
    plan = browser.get(f"/deals/{deal}/payments").text
    assert plan.count("补充协议（第1稿）") == 1
    assert "已取消" in plan


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"reason": ""}, "reason"),
        ({}, ""),
        ({"lines-2-amount": "20000"}, "lines"),
        ({"lines-2-amount": "20000", "lines-2-day": "2026-11-01"}, "lines"),
        ({"lines-0-number": "1"}, "lines"),
        ({"other": " "}, "other"),
        ({"stands": "1", "lines-0-amount": "5"}, ""),
    ],
)
def test_a_refused_amendment_loses_nothing(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int, changed: dict[str, Any], named: str
) -> None:
    browser = browse(people.company)
    sent = typed(browser, deal, plan="分两批交付。", **changed) if changed else typed(browser, deal)
    answer = browser.post(f"/deals/{deal}/amendment", data=sent)
    assert answer.status_code == 200
    assert sent["plan"].replace("\r", "").split("\n")[0] in answer.text
    assert (f'href="#{named}"' if named else "error-summary") in answer.text
    assert newest(factory).kind is DocumentKind.CONTRACT


def test_a_line_paid_meanwhile_is_named_and_the_rest_stays_typed(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    browser = browse(people.company)
    sent = typed(browser, deal, **{"lines-0-amount": "90000", "plan": "分两批交付。"})
    report(factory, people.company, lines_of(factory, deal)[1].id, 100)
    answer = browser.post(f"/deals/{deal}/amendment", data=sent).text
    assert "期间已经支付" in answer
    assert "分两批交付。" in answer
    assert 'value="90000"' in answer


def test_both_are_told_that_money_goes_first(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    document_id, line = write_amendment(factory, people.company, deal), lines_of(factory, deal)[1]
    assert f"/documents/{document_id}" in browse(people.company).get(f"/milestones/{line.id}/payment").text
    assert "以实际付款为准" not in browse(people.seller_contact).get(f"/documents/{document_id}").text
    report(factory, people.company, line.id, 100)
    for actor in (people.company, people.seller_contact, people.county_official):
        assert "以实际付款为准" in browse(actor).get(f"/documents/{document_id}").text


def test_writing_it_anew_begins_with_the_text_on_the_table(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    document_id = write_amendment(factory, people.company, deal)
    browser = browse(people.seller_contact)
    assert f"/deals/{deal}/amendment" in browser.get(f"/documents/{document_id}").text
    page = browser.get(f"/deals/{deal}/amendment").text
    for said in ("二号生产线停用，只装一台。", 'value="60000"', 'value="2027-01-31"', "已有一份补充协议在议"):
        assert said in page, said
    assert browser.get(f"/deals/{deal}/termination-agreement").status_code == 409
    assert "请填写" in browser.post(f"/documents/{document_id}/take-off", data={"reason": ""}).text
    taken_off = browser.post(f"/documents/{document_id}/take-off", data={"reason": "改日再议"})
    assert taken_off.location == f"/deals/{deal}"
    assert "改日再议" in browse(people.company).get(f"/documents/{document_id}").text
    assert newest(factory).state is DocumentState.VOID
    assert browser.get(f"/deals/{deal}/termination-agreement").status_code == 200


def test_a_contract_is_ended_by_agreement_in_the_browser(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    browser, path = browse(people.seller_contact), f"/deals/{deal}/termination-agreement"
    sent = {
        "payable": "6万",
        "end_reason": "another_way",
        "reason": "设备改为外购。",
        "arrangements": "图纸由乙方收回。",
    }
    refused = browser.post(path, data=sent)
    assert refused.status_code == 200
    assert 'href="#settle_on"' in refused.text
    assert "图纸由乙方收回。" in refused.text
    document_id = int(browser.post(path, data={**sent, "settle_on": "2027-01-31"}).location.rsplit("/", 1)[1])
    with factory.reading() as uow:
        assert uow.session.get_one(Settlement, document_id).received_fen == 5_400_000
    assert "图纸由乙方收回。" in browser.get(path).text
    browser.post(f"/documents/{document_id}/send")
    assert "合同即行解除" in browse(people.company).get(f"/documents/{document_id}/signature").text
    sign_by_both(factory, people, document_id)
    page = browser.get(f"/deals/{deal}").text
    assert "双方协议解除合同" in page
    assert "设备改为外购。" in page
    assert path not in page


@pytest.mark.parametrize("path", ["amendment", "termination-agreement"])
def test_who_is_no_party_proposes_nothing(people: People, browse: Browse, deal: int, path: str) -> None:
    assert browse(people.stranger).get(f"/deals/{deal}/{path}").status_code == 404
    for actor in (people.county_official, people.worker):
        assert browse(actor).get(f"/deals/{deal}/{path}").status_code == 409


def test_the_page_of_a_contract_leads_to_what_was_signed_since(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    with factory.reading() as uow:
        contract_id = uow.session.scalar(select(Document.id).where(Document.kind == DocumentKind.CONTRACT))
    amendment_id = amend(factory, people, deal)
    assert f'href="/documents/{amendment_id}">补充协议' in browse(people.company).get(f"/documents/{contract_id}").text
    assert f'href="/documents/{contract_id}">合同' in browse(people.company).get(f"/documents/{amendment_id}").text


def test_the_public_page_of_a_contract_says_what_was_signed_since(
    factory: UnitOfWorkFactory, people: People, client: FlaskClient, deal: int
) -> None:
    amend(factory, people, deal)
    end(factory, people, deal)
    with factory.reading() as uow:
        found = uow.session.execute(
            select(Document.kind, Document.code, Deal.title).join(Deal, Deal.id == Document.deal_id)
        )
        codes = {kind: code for kind, code, _ in found}
    page = client.get(f"/verify/{codes[DocumentKind.CONTRACT]}").text
    assert f"补充协议 JG-{deal:06d}-BC01" in page
    assert f"解除协议 JG-{deal:06d}-JC01" in page
    assert "180,000" not in page
    assert str(codes[DocumentKind.AMENDMENT]) not in page
    assert f"本文件变更合同 JG-{deal:06d}-HT01" in client.get(f"/verify/{codes[DocumentKind.AMENDMENT]}").text


def test_a_clause_that_says_something_already_does_not_ask_to_be_filled_in(
    people: People, browse: Browse, deal: int
) -> None:
    """What must be filled in is marked, and nothing else; a clause that was emptied is refused beside it all the same."""
    browser = browse(people.company)
    page = browser.get(f"/deals/{deal}/amendment").text
    assert re.findall(r'<label for="(\w+)">[^<]*<span class="needed">', page) == ["reason"]
    emptied = browser.post(f"/deals/{deal}/amendment", data=typed(browser, deal, other=" "))
    assert emptied.status_code == 200
    assert 'href="#other"' in emptied.text
