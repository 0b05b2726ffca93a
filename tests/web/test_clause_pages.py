"""The pages of standard texts: who sees them, what an error says and keeps, two who edit at once, how a proposal reads."""

from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.standard import firsts
from marketplace.deals import document_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from tests.factories import make_contract, make_deal
from tests.pdfs import pdf_text
from tests.personas import People, another_administrator
from tests.standard_texts import CONFIDENTIALITY, LONGER, TODAY, in_force, propose

Browse = Callable[[Actor], FlaskClient]
CLAUSE = f"/admin/clauses/{CONFIDENTIALITY}"
EDIT = f"{CLAUSE}/edit"
TYPED = {
    "heading": "保密",
    "text": LONGER,
    "valid_from": TODAY.isoformat(),
    "reason": "延长保密期",
    "base_version": "1",
    "action": "propose",
}


def read(client: FlaskClient, url: str, locale: str = "en") -> str:
    with client.session_transaction() as session:
        session["locale"] = locale
    answer = client.get(url)
    assert answer.status_code == 200, url
    return unescape(answer.text)


@pytest.fixture
def desk(browse: Browse, people: People) -> FlaskClient:
    """The administrator's browser, in English."""
    client = browse(people.administrator)
    read(client, "/admin/clauses")
    return client


def test_the_pages_are_for_administrators_and_the_city(
    browse: Browse, client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    waits = f"/admin/clauses/proposals/{propose(factory, people)}"
    pages = ("/admin/clauses", CLAUSE, waits, f"{waits}/preview.pdf")
    for actor in (people.worker, people.company_admin, people.county_official):
        for url in pages:
            assert browse(actor).get(url).status_code == 404
        assert browse(actor).post(f"{waits}/approve").status_code == 404
        assert browse(actor).post(EDIT, data=TYPED).status_code == 404
    assert client.get("/admin/clauses").status_code == 303
    for actor in (people.administrator, people.city_official):
        assert {browse(actor).get(url).status_code for url in pages} == {200}
    assert browse(people.city_official).get(EDIT).status_code == 404
    assert browse(people.administrator).post(f"{waits}/approve").status_code == 403
    assert browse(people.city_official).get("/admin/clauses/contract.scope").status_code == 404


def test_a_text_is_looked_at_proposed_approved_and_drafted_from(
    desk: FlaskClient, browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    shown = unescape(desk.post(EDIT, data=TYPED | {"action": "preview"}).text)
    assert "不少于<del>三</del><ins>五</ins>年" in shown
    assert "4.2　保密义务自" in shown
    pdf = desk.post(f"{CLAUSE}/preview.pdf", data=TYPED)
    assert "不少于五年" in pdf_text(pdf.data)
    answer = desk.post(EDIT, data=TYPED)
    assert answer.status_code == 303
    city = browse(people.city_official)
    assert "Approve or return the new standard text “保密”" in read(city, "/")
    assert "Approve or return" not in read(desk, "/")
    page = read(city, answer.location)
    assert "不少于<del>三</del><ins>五</ins>年" in page
    assert "延长保密期" in page
    assert city.post(f"{answer.location}/approve").status_code == 303
    assert "Valid today" in read(desk, CLAUSE)
    document_id = make_contract(factory, people, make_deal(factory, people))
    assert "不少于五年" in read(browse(people.company), f"/documents/{document_id}")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("text", LONGER.replace("双方对", "{丙方}对"), "Line 1, character 1: {丙方} is no placeholder"),
        ("text", LONGER + "\n第四段{title", "Line 4, character 4: “{” stands alone"),
        ("text", LONGER + "\n第四段\u202e反写", "Line 4, character 4: a character that cannot be seen (U+202E)"),
        ("text", "字" * 8001, "at most 8000 characters; this one has 8001"),
        ("text", " \n ", "Please fill this in"),
        ("heading", "保" * 41, "at most 40 characters; this one has 41"),
        ("heading", "{title}", "no placeholders"),
        ("reason", "", "Please fill this in"),
        ("valid_from", (TODAY - timedelta(days=1)).isoformat(), "This day has passed"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_typed_is_lost(desk: FlaskClient, field: str, typed: str, said: str) -> None:
    page = unescape(desk.post(EDIT, data=TYPED | {field: typed}).text)
    assert said in page
    kept = TYPED | {field: typed}
    for name in ("heading", "text", "reason", "valid_from"):
        assert kept[name] in page


def test_a_wrong_text_is_not_printed_but_said(desk: FlaskClient) -> None:
    page = unescape(desk.post(f"{CLAUSE}/preview.pdf", data=TYPED | {"text": "{wrong}"}).text)
    assert "{wrong} is no placeholder" in page


def test_of_two_who_edit_the_second_compares_both_texts(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    second = browse(another_administrator(factory))
    assert LONGER.split("\n")[0] in read(second, EDIT)
    in_force(factory, people)
    mine = TYPED | {"text": LONGER.replace("五年", "十年")}
    page = unescape(second.post(EDIT, data=mine).text)
    assert "Version 2 was approved meanwhile, written by 卫管理" in page
    assert "不少于<del>五</del><ins>十</ins>年" in page
    assert mine["text"] in page
    assert 'name="base_version" type="hidden" value="2"' in page
    assert second.post(EDIT, data=mine | {"base_version": "2"}).status_code == 303


def test_while_another_proposal_waits_both_texts_are_shown(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    waits, second = propose(factory, people), browse(another_administrator(factory))
    mine = TYPED | {"text": LONGER.replace("五年", "十年")}
    with second.session_transaction() as session:
        session["locale"] = "en"
    page = unescape(second.post(EDIT, data=mine).text)
    assert "卫管理 proposes another text for this clause." in page
    assert f'href="/admin/clauses/proposals/{waits}"' in page
    assert "不少于<del>五</del><ins>十</ins>年" in page
    assert mine["text"] in page
    assert "Somebody else has changed this clause" in page


def test_a_text_that_is_fixed_has_no_form(desk: FlaskClient) -> None:
    assert "changes only with the platform" in read(desk, "/admin/clauses/contract.signing")
    assert desk.get("/admin/clauses/contract.signing/edit").status_code == 409


def test_a_returned_proposal_is_written_anew_from_its_text(
    desk: FlaskClient, browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    proposal_id = propose(factory, people)
    url = f"/admin/clauses/proposals/{proposal_id}"
    city = browse(people.city_official)
    assert city.post(f"{url}/return", data={"reason": ""}).status_code == 200
    assert city.post(f"{url}/return", data={"reason": "期限应当可以协商。"}).status_code == 303
    assert "期限应当可以协商。" in read(desk, url)
    assert "不少于五年" in read(desk, f"{EDIT}?proposal={proposal_id}")


def test_the_day_of_a_late_approval_is_said_before(
    browse: Browse, factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    proposal_id = propose(factory, people)
    clock.forward(days=2)
    page = read(browse(people.city_official), f"/admin/clauses/proposals/{proposal_id}")
    assert "Approved today, it is valid from today" in page


def test_every_text_can_be_looked_at_and_printed(desk: FlaskClient) -> None:
    page = read(desk, "/admin/clauses")
    kinds = set()
    for slot, first in firsts().items():
        assert f'href="/admin/clauses/{slot}"' in page
        if slot.kind in kinds or first.is_fixed:
            continue
        kinds.add(slot.kind)
        typed = TYPED | {"heading": first.wording.heading, "text": first.wording.text, "action": "preview"}
        answer = desk.post(f"/admin/clauses/{slot}/edit", data=typed)
        assert 'id="preview"' in answer.text
        pdf = desk.post(f"/admin/clauses/{slot}/preview.pdf", data=typed)
        assert pdf.data.startswith(b"%PDF-"), slot
    assert kinds == set(DocumentKind)


def test_the_page_of_a_document_names_version_and_changes(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    in_force(factory, people)
    document_id = make_contract(factory, people, make_deal(factory, people))
    assert "<ins>" not in read(browse(people.company), f"/documents/{document_id}")
    with factory.writing(people.company) as uow:
        texts = {"confidentiality": LONGER.replace("五年", "八年")}
        document_id = document_service.amend(uow, document_id, texts).id
    page = read(browse(people.seller_contact), f"/documents/{document_id}")
    assert "不少于<del>五</del><ins>八</ins>年" in page
    assert "Changed by the parties; the standard text is version 2." in page
    assert "<ins>" not in read(browse(people.seller_contact), f"/documents/{document_id}/text.txt")
