"""Contract, letter of intent, signing and paper in the browser."""

import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.contracts.models import Document, Scan, Signature
from marketplace.contracts.rules import DocumentState
from marketplace.deals.models import Deal
from marketplace.deals.rules import DealState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import TERMS, code_sent, make_contract, make_deal, make_letter, sign
from tests.personas import PASSWORD, People

Browse = Callable[[Actor], FlaskClient]
PDF = b"%PDF-1.4 signed and sealed"


@pytest.fixture
def document_id(factory: UnitOfWorkFactory, people: People) -> int:
    hostile = replace(TERMS, other_terms="<img src=x onerror=alert(1)>")
    return make_contract(factory, people, make_deal(factory, people), hostile)


def document(factory: UnitOfWorkFactory, document_id: int) -> Document:
    with factory.reading() as uow:
        return uow.session.get_one(Document, document_id)


def shown_hash(page: str) -> str:
    found = re.search(r"data-sha256>([0-9a-f]{64})<", page)
    assert found
    return found[1]


def fields(page: str) -> dict[str, str]:
    """The hidden fields of the signing form, as a browser sends them."""
    return dict(re.findall(r'<input id="(sha256|party)" name="\1" type="hidden" value="([^"]*)"', page))


def test_the_download_is_exactly_what_the_page_hashes(people: People, browse: Browse, document_id: int) -> None:
    browser = browse(people.company)
    page = browser.get(f"/documents/{document_id}").text
    text = browser.get(f"/documents/{document_id}/text.txt")
    assert hashlib.sha256(text.data).hexdigest() == shown_hash(page)
    assert text.content_type == "text/plain; charset=utf-8"
    assert text.headers["Content-Disposition"].startswith("attachment")
    for path in ("signature", "print"):
        assert shown_hash(browser.get(f"/documents/{document_id}/{path}").text) == shown_hash(page)


def test_the_signing_page_shows_the_whole_text_escaped(
    factory: UnitOfWorkFactory, people: People, browse: Browse, document_id: int
) -> None:
    page = browse(people.company).get(f"/documents/{document_id}/signature").text
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img src=x" not in page
    for line in document(factory, document_id).text.replace("<", "&lt;").replace(">", "&gt;").splitlines():
        assert line in page


def test_signing_by_both_in_the_browser(
    factory: UnitOfWorkFactory, people: People, browse: Browse, document_id: int
) -> None:
    path = f"/documents/{document_id}/signature"
    for actor in (people.company, people.seller_contact):
        browser = browse(actor)
        shown = fields(browser.get(path).text)
        assert set(shown) == {"sha256", "party"}
        sent = browser.post(f"{path}/code", data={"party": shown["party"]})
        assert sent.status_code == 303
        assert sent.location.startswith(path)
        page = browser.get(sent.location).text
        assert page.index("验证码已发送到") > page.index('id="confirm"')
        with factory.reading(actor) as uow:
            typed = {**shown, "password": PASSWORD, "agrees": "y", "code": code_sent(uow, document_id)}
        assert browser.post(path, data=typed).status_code == 303
    page = browse(people.county_official).get(f"/documents/{document_id}").text
    assert "孙丽华" in page
    assert "赵文博" in page
    with factory.reading() as uow:
        assert uow.session.scalars(select(Deal.state)).one() is DealState.IN_FORCE
        assert {one.ip for one in uow.session.scalars(select(Signature))} == {"127.0.0.1"}
    assert browse(people.company).post(path, data=typed).status_code == 403, "the other party's form"


def test_a_wrong_password_stays_on_the_page(people: People, browse: Browse, document_id: int) -> None:
    path = f"/documents/{document_id}/signature"
    browser = browse(people.company)
    answer = browser.post(
        path, data={**fields(browser.get(path).text), "password": "wrong password", "agrees": "y", "code": "1"}
    )
    assert answer.status_code == 200
    assert '<a href="#password">' in answer.text
    assert "wrong password" not in answer.text


def test_without_agreeing_to_the_way_of_signing_nothing_is_signed(
    people: People, browse: Browse, document_id: int
) -> None:
    path = f"/documents/{document_id}/signature"
    browser = browse(people.company)
    page = browser.get(path).text
    assert "不是经许可的电子认证服务机构签发的证书" in page
    answer = browser.post(path, data={**fields(page), "password": PASSWORD, "code": "1"})
    assert answer.status_code == 200
    assert "请先同意这种签署方式" in answer.text
    assert '<a href="#agrees">' in answer.text


def test_a_text_that_was_replaced_while_it_was_read(people: People, browse: Browse, document_id: int) -> None:
    path = f"/documents/{document_id}/signature"
    buyer = browse(people.company)
    typed = {**fields(buyer.get(path).text), "password": PASSWORD, "agrees": "y", "code": "1"}
    amended = browse(people.seller_contact).post(
        f"/documents/{document_id}/edit", data=clauses(people, browse, document_id)
    )
    assert amended.status_code == 303
    assert buyer.post(path, data=typed).status_code == 409
    browse(people.seller_contact).post(f"{amended.location}/send")
    assert buyer.post(f"{amended.location}/signature", data=typed).status_code == 409


def clauses(people: People, browse: Browse, document_id: int, text: str = "风险由<b>甲方</b>承担。") -> dict[str, str]:
    """What the form of clauses holds, with the one on risk changed."""
    page = browse(people.company).get(f"/documents/{document_id}/edit").text
    areas = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    return {**{name: re.sub("&[a-z#0-9]+;", "", value) for name, value in areas}, "risk": text}


def test_changed_clauses_are_marked(people: People, browse: Browse, document_id: int) -> None:
    typed = clauses(people, browse, document_id)
    assert "price" not in typed
    amended = browse(people.company).post(f"/documents/{document_id}/edit", data=typed)
    page = browse(people.seller_contact).get(amended.location).text
    assert "<ins>风险由&lt;b&gt;甲方&lt;/b&gt;承担。</ins>" in page
    assert "<del>" in page
    gone = browse(people.seller_contact).get(f"/documents/{document_id}/edit")
    assert gone.status_code == 409


def test_a_refused_clause_stays_in_the_form(people: People, browse: Browse, document_id: int) -> None:
    typed = clauses(people, browse, document_id, "长" * 8001)
    answer = browse(people.company).post(f"/documents/{document_id}/edit", data=typed)
    assert answer.status_code == 200
    assert '<a href="#risk">' in answer.text
    assert "长" * 8001 in answer.text


@pytest.mark.parametrize("who", ["stranger", "loner", "colleague", "other_official", "administrator"])
def test_nobody_else_knows_of_it(people: People, browse: Browse, document_id: int, who: str) -> None:
    browser = browse(getattr(people, who))
    for path in ("", "/edit", "/signature", "/text.txt", "/print", "/scans/1"):
        assert browser.get(f"/documents/{document_id}{path}").status_code == 404
    for path in ("/send", "/decline", "/scans/1/confirm", "/scans/1/verify"):
        assert browser.post(f"/documents/{document_id}{path}", data={"reason": "so"}).status_code == 404


@pytest.mark.parametrize("who", ["worker", "county_official"])
def test_readers_read_and_do_not_sign(people: People, browse: Browse, document_id: int, who: str) -> None:
    browser = browse(getattr(people, who))
    assert browser.get(f"/documents/{document_id}").status_code == 200
    assert browser.get(f"/documents/{document_id}/signature").status_code == 403
    assert browser.post(f"/documents/{document_id}/decline", data={"reason": "so"}).status_code == 403


def test_what_is_missing_is_named_instead_of_a_password_field(
    factory: UnitOfWorkFactory, people: People, browse: Browse, document_id: int
) -> None:
    sign(factory, people.company, document_id)
    page = browse(people.company_admin).get(f"/documents/{document_id}/signature").text
    assert 'name="password"' not in page
    assert 'name="password"' in browse(people.seller_contact).get(f"/documents/{document_id}/signature").text


def test_declining_in_the_browser(factory: UnitOfWorkFactory, people: People, browse: Browse, document_id: int) -> None:
    path = f"/documents/{document_id}/decline"
    assert 'id="reason-sign-error"' in browse(people.company).post(path, data={"reason": ""}).text
    assert browse(people.company).post(path, data={"reason": "验收期太短"}).status_code == 303
    assert document(factory, document_id).state is DocumentState.DECLINED
    assert "验收期太短" in browse(people.seller_contact).get(f"/documents/{document_id}").text


def test_paper_in_the_browser(factory: UnitOfWorkFactory, people: People, browse: Browse, document_id: int) -> None:
    seller, buyer = browse(people.seller_contact), browse(people.company)
    official = browse(people.county_official)
    scans = f"/documents/{document_id}/scans"
    page = seller.post(scans, data={}).text
    assert '<a href="#file">' in page
    assert '<a href="#signed_on">' in page
    for wrong in (b"GIF89a", b""):
        page = seller.post(scans, data={"file": (BytesIO(wrong), "a.pdf"), "signed_on": "2026-11-20"}).text
        assert '<a href="#file">' in page
        assert 'value="2026-11-20"' in page
    for day in ("", "2026-11-19", "2026-11-21"):
        page = seller.post(scans, data={"file": (BytesIO(PDF), "合同.pdf"), "signed_on": day}).text
        assert '<a href="#signed_on">' in page
    assert seller.post(scans, data={"file": (BytesIO(PDF), "合同.pdf"), "signed_on": "2026-11-20"}).status_code == 303
    with factory.reading() as uow:
        scan_id = uow.session.scalars(select(Scan.id)).one()
    with buyer.get(f"{scans}/{scan_id}") as file:
        assert file.data == PDF
    assert official.post(f"{scans}/{scan_id}/verify").status_code == 409
    assert seller.post(f"{scans}/{scan_id}/confirm").status_code == 303
    assert seller.post(f"{scans}/{scan_id}/confirm").status_code == 409
    assert buyer.post(f"{scans}/{scan_id}/confirm").status_code == 303
    assert buyer.post(f"{scans}/{scan_id}/verify").status_code == 404
    assert 'id="reason-scan-error"' in official.post(f"{scans}/{scan_id}/reject", data={"reason": ""}).text
    assert f"{scans}/{scan_id}/verify" in official.get(f"/documents/{document_id}").text
    assert official.post(f"{scans}/{scan_id}/verify").status_code == 303
    with factory.reading() as uow:
        assert uow.session.scalars(select(Deal.state)).one() is DealState.IN_FORCE


def test_a_letter_of_intent_says_what_it_is_everywhere(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    deal_id = make_deal(factory, people)
    browser = browse(people.company)
    assert '<a href="#amount">' in browser.post(f"/deals/{deal_id}/letter", data={"amount": "0"}).text
    written = browser.post(f"/deals/{deal_id}/letter", data={"amount": "13万"})
    assert written.status_code == 303
    assert "均不具有法律约束力" in browser.get(written.location).text
    assert browser.get(f"/deals/{deal_id}/letter").status_code == 409


def test_a_letter_is_signed_like_a_contract(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    letter_id = make_letter(factory, people, make_deal(factory, people))
    page = browse(people.company).get(f"/documents/{letter_id}/signature").text
    assert "均不具有法律约束力" in page
    assert 'name="password"' in page


def test_saving_a_text_unchanged_is_said_in_the_form(people: People, browse: Browse, document_id: int) -> None:
    """Nobody else has changed anything: it is no conflict, and the way back is on the page."""
    path = f"/documents/{document_id}/edit"
    page = browse(people.company).get(path).text
    areas = re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    answer = browse(people.company).post(path, data={name: html.unescape(value) for name, value in areas})
    assert answer.status_code == 200
    assert "您没有改动，文本保持不变" in answer.text


def test_a_declined_text_has_a_button_to_take_it_up(people: People, browse: Browse, document_id: int) -> None:
    browse(people.company).post(f"/documents/{document_id}/decline", data={"reason": "须等董事会同意"})
    seller = browse(people.seller_contact)
    assert f'action="/documents/{document_id}/take-up"' in seller.get(f"/documents/{document_id}").text
    taken = seller.post(f"/documents/{document_id}/take-up")
    assert taken.status_code == 303
    assert "须等董事会同意" not in seller.get(taken.location).text


def test_where_a_signature_came_from_is_for_its_signer_and_officials(
    factory: UnitOfWorkFactory, people: People, browse: Browse, document_id: int
) -> None:
    """Address and browser are personal data that the other side does not need (个人信息保护法 art. 6)."""
    sign(factory, people.company, document_id)
    path = f"/documents/{document_id}"
    assert "test browser" in browse(people.company).get(path).text
    assert "test browser" in browse(people.county_official).get(path).text
    for other in (people.company_admin, people.seller_contact):
        page = browse(other).get(path).text
        assert "孙丽华" in page
        assert "test browser" not in page
        assert "127.0.0.1" not in page
