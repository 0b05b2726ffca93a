"""Confidentiality agreements in the browser: asking, signing, reading what is recorded; and no other way to what is kept back."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts import codes
from marketplace.accounts.rules import CodePurpose
from marketplace.confidentiality.models import Agreement, NamedPaper
from marketplace.contracts.signing_service import code_about
from marketplace.identity import service as identities
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import VISITOR, Actor
from marketplace.organisations.models import Organisation
from tests.confiding import PAPER, SECRET, add_paper, asked, in_force, make_secret, make_talks, signed_by_reader
from tests.factories import make_deal, make_need
from tests.identifying import identify, powerless
from tests.pdfs import pdf_text
from tests.personas import PASSWORD, People

Browse = Callable[[Actor], FlaskClient]


def signed(factory: UnitOfWorkFactory, actor: Actor, client: FlaskClient, agreement_id: int, **more: object) -> str:
    """Sign as the pages lead one to. Returns where one is led then."""
    path = f"/confidentiality/{agreement_id}/signature"
    assert client.post(f"{path}/code").status_code == 303
    page = client.get(path).text
    with factory.reading(actor) as uow:
        about = code_about(uow.session.get_one(Agreement, agreement_id).text)
        code = codes.latest(uow, actor.user_id or 0, CodePurpose.SIGN, about)
        assert code is not None
        digits = codes.digits(code, uow.settings.secret_key)
    (sha256,) = re.findall(r'name="sha256"[^>]*value="([0-9a-f]{64})"', page)
    data = {"sha256": sha256, "agrees": "y", "code": digits, "password": PASSWORD, **more}
    answer = client.post(path, data=data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_from_asking_to_reading_and_who_has_read_it(
    factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Callable[[], int]
) -> None:
    result_id = make_talks(factory, people)
    paper_id = add_paper(factory, people, result_id)
    reader, owner = browse(people.company), browse(people.seller_contact)
    page = reader.get(f"/results/{result_id}").text
    assert (SECRET in page, f"/results/{result_id}/confidentiality" in page) == (False, True)
    asked = reader.post(f"/results/{result_id}/confidentiality", data={"party": people.buyer_party})
    assert asked.headers["Location"] == "/confidentiality/1/signature"
    assert "寿光蓝海化工有限公司" in reader.get("/confidentiality/1").text
    assert "保密协议" in reader.get("/").text
    assert "保密协议" not in owner.get("/").text
    signed(factory, people.company, reader, 1)
    drain()
    assert all("保密协议" in owner.get(url).text for url in ("/", "/notifications"))
    signed(factory, people.seller_contact, owner, 1, papers=[str(paper_id)])
    drain()
    page = reader.get(f"/results/{result_id}").text
    assert (SECRET in page, "《个人信息保护法》第十七条" in page, "喷液圈图纸.pdf" in page) == (False, True, True)
    opened = reader.post("/confidentiality/1/description", headers={"Referer": f"http://localhost/results/{result_id}"})
    assert opened.headers["Location"] == f"/results/{result_id}#protected"
    assert SECRET in reader.get(f"/results/{result_id}").text
    assert SECRET in reader.get("/confidentiality/1").text
    assert SECRET in owner.get(f"/results/{result_id}").text
    assert SECRET not in browse(people.company_admin).get(f"/results/{result_id}").text
    with factory.reading() as uow:
        sha256 = uow.session.query(NamedPaper).one().sha256
    sent = reader.post(f"/confidentiality/1/papers/{sha256}", buffered=True)
    assert (sent.data, "attachment" in sent.headers["Content-Disposition"]) == (PAPER, True)
    for who in ("seller_contact", "worker", "county_official", "city_official"):
        seen = browse(getattr(people, who)).get(f"/results/{result_id}").text
        assert all(text in seen for text in ("孙丽华", "寿光蓝海化工有限公司", "喷液圈图纸.pdf")), who
    assert "孙丽华" not in browse(people.stranger).get(f"/results/{result_id}").text
    pdf = pdf_text(reader.get("/confidentiality/1/agreement.pdf", buffered=True).data)
    assert all(text in pdf for text in ("保密协议", "第五百零一条", "孙丽华", "赵文博", "PAdES"))
    assert SECRET not in pdf


def test_room_and_interest_lead_to_it(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    result_id = make_secret(factory, people)
    make_deal(factory, people, result_id=result_id)
    reader, owner = browse(people.company), browse(people.seller_contact)
    for path in ("/deals/1", "/interests/1"):
        assert f"/results/{result_id}/confidentiality" in reader.get(path).text
        assert f"/results/{result_id}/confidentiality" not in owner.get(path).text
    signed_by_reader(factory, people, result_id)
    for path in ("/deals/1", "/interests/1"):
        assert all("/confidentiality/1" in client.get(path).text for client in (reader, owner)), path


def test_a_refusal_without_a_reason_loses_nothing(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    agreement_id = signed_by_reader(factory, people, make_talks(factory, people))
    owner, path = browse(people.seller_contact), f"/confidentiality/{agreement_id}"
    answer = owner.post(f"{path}/decline", data={"reason": ""})
    assert (answer.status_code, "error-summary" in answer.text) == (200, True)
    assert owner.post(f"{path}/decline", data={"reason": "还在申请专利"}).status_code == 303
    assert "还在申请专利" in browse(people.company).get(path).text
    assert owner.get(f"{path}/signature").status_code == 200


def test_who_may_not_sign_is_led_to_where_that_is_mended(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    agreement_id = asked(factory, people, make_talks(factory, people))
    powerless(factory, people)
    page = browse(people.company).get(f"/confidentiality/{agreement_id}/signature").text
    assert f'href="/organisations/{people.buyer_id}/authorities"' in page
    answer = browse(people.company).post(f"/confidentiality/{agreement_id}/withdraw", follow_redirects=True)
    assert "已收回" in answer.text


def test_further_papers_and_the_end(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    result_id = make_talks(factory, people)
    paper_id = add_paper(factory, people, result_id)
    path = f"/confidentiality/{in_force(factory, people, result_id)}"
    owner = browse(people.seller_contact)
    assert "喷液圈图纸.pdf" in owner.get(path).text
    assert "喷液圈图纸.pdf" not in browse(people.company).get(path).text
    assert owner.post(f"{path}/papers", data={}).status_code == 200
    assert owner.post(f"{path}/papers", data={"papers": ["999"]}).status_code == 200
    assert owner.post(f"{path}/papers", data={"papers": [str(paper_id)]}).status_code == 303
    assert "喷液圈图纸.pdf" in browse(people.company).get(path).text
    assert owner.post(f"{path}/end", data={"reason": "已与他人签约"}).status_code == 303
    page = browse(people.company).get(path).text
    assert ("已与他人签约" in page, f"{path}/description" in page) == (True, False)
    assert browse(people.company).post(f"{path}/description").status_code == 409


def test_what_is_not_ones_own_is_not_there(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    result_id = make_talks(factory, people)
    path = f"/confidentiality/{in_force(factory, people, result_id)}"
    for who in ("stranger", "loner", "colleague", "other_official", "administrator"):
        client = browse(getattr(people, who))
        for url in (path, f"{path}/signature", f"{path}/text.txt", f"{path}/agreement.pdf"):
            assert client.get(url).status_code == 404, (who, url)
        for action in ("description", "signature/code", "decline", "end", f"papers/{'0' * 64}", "papers"):
            data = {"reason": "x", "papers": ["1"]}
            assert client.post(f"{path}/{action}", data=data).status_code == 404, (who, action)
    for who in ("county_official", "worker"):
        assert browse(getattr(people, who)).get(f"{path}/signature").status_code == 403


PUBLIC = ("company", "administrator")


@pytest.mark.parametrize("who", ["visitor", *PUBLIC])
def test_no_other_way_leads_to_what_is_kept_back(
    app: Flask, factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Callable[[], int], who: str
) -> None:
    """Every page and every JSON that takes no more than an id, with the search for the words that are kept back."""
    result_id = make_talks(factory, people)
    paper_id = add_paper(factory, people, result_id)
    need_id = make_need(factory, people, description="花键喷液圈需要二十四个梯形槽，淬火液回旋，压力要稳定。")
    in_force(factory, people, result_id, (paper_id,))
    make_deal(factory, people, result_id=result_id, need_id=need_id)
    drain()
    actor = VISITOR if who == "visitor" else getattr(people, who)
    client = app.test_client() if who == "visitor" else browse(actor)
    ids = {"result_id": result_id, "need_id": need_id, "listing_id": result_id, "attachment_id": paper_id}
    urls = [
        "/results?q=二十四个梯形槽",
        "/api/v1/results?q=二十四个梯形槽",
        "/results.rss",
        f"/matches/compare?result={result_id}&need={need_id}",
    ]
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = {name: ids.get(name, 1) for name in rule.arguments if name.endswith("_id")}
        if "GET" in (rule.methods or ()) and rule.arguments == set(values):
            urls.append(adapter.build(rule.endpoint, values))
    hint = "梯形槽，淬火液以每分钟"
    for url in urls:
        answer = client.get(url, buffered=True)
        assert answer.status_code != 500, url
        assert hint not in answer.get_data(as_text=False).decode(errors="ignore"), url
        assert PAPER not in answer.data, url


def test_a_text_that_is_outdated_is_written_anew_where_it_is_read(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    result_id = make_talks(factory, people)
    agreement_id = asked(factory, people, result_id)
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.seller_id).name = "青州前程智造有限公司"
    reader, path = browse(people.company), f"/confidentiality/{agreement_id}/signature"
    assert f'action="/results/{result_id}/confidentiality"' in reader.get(path).text
    assert reader.post(f"/results/{result_id}/confidentiality", data={"party": people.buyer_party}).status_code == 303
    page = reader.get(path).text
    assert ("青州前程智造有限公司" in page, "/signature/code" in page) == (True, True)


def test_consent_is_given_anew_where_the_condition_leads(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock
) -> None:
    with factory.writing(people.company) as uow:
        identities.withdraw(uow)
    identify(factory, people, people.company)
    agreement_id = asked(factory, people, make_talks(factory, people))
    clock.at = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    reader, path = browse(people.company), f"/confidentiality/{agreement_id}/signature"
    assert 'href="/me/identity#consent"' in reader.get(path).text
    page = reader.get("/me/identity").text
    assert ('id="consent"' in page, "保密协议" in page) == (True, True)
    without = reader.post("/me/identity/consent", data={"anew-version": "2026-11-29"})
    assert (without.status_code, "error-summary" in without.text) == (200, True)
    given = reader.post("/me/identity/consent", data={"anew-agrees": "y", "anew-version": "2026-11-29"})
    assert given.status_code == 303
    assert 'id="consent"' not in reader.get("/me/identity").text
    assert "/signature/code" in reader.get(path).text
