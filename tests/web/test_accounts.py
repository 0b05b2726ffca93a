"""The way in and the pages of one's own account, as a browser sees them."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.letters import Letterbox
from tests.personas import PASSWORD, People

Browse = Callable[[Actor], FlaskClient]
NEWCOMER = {
    "name": "王<b>新民</b>",
    "email": "wang@example.com",
    "mobile": "",
    "county": "qingzhou",
    "password": PASSWORD,
    "consent": "y",
}


@pytest.fixture
def email(factory: UnitOfWorkFactory, people: People) -> str:
    """The worker's address."""
    with factory.reading() as uow:
        return uow.session.get_one(User, people.worker.user_id).email or ""


def sign_in(client: FlaskClient, contact: str, password: str = PASSWORD, **fields: str) -> tuple[int, str | None]:
    answer = client.post("/sign-in", data={"contact": contact, "password": password, **fields})
    return answer.status_code, answer.location


def test_from_registering_to_a_confirmed_address(client: FlaskClient, letters: Letterbox) -> None:
    answer = client.post("/register", data={**NEWCOMER, "next": "/bases"})
    assert (answer.status_code, answer.location) == (303, "/me/verify?next=/bases")
    assert "wang@example.com" in client.get(answer.location).text
    code = letters.code("wang@example.com")
    wrong = client.post("/me/verify", data={"code": "000000" if code != "000000" else "000001", "next": "/bases"})
    assert wrong.status_code == 200
    assert "error-summary" in wrong.text
    assert client.post("/me/verify", data={"code": code, "next": "/bases"}).location == "/bases"
    page = client.get("/me").text
    assert "王&lt;b&gt;新民&lt;/b&gt;" in page
    assert "/me/verify" not in page


def test_registering_says_that_codes_come_by_mail_only(client: FlaskClient) -> None:
    with client.session_transaction() as session:
        session["locale"] = "en"
    page = client.get("/register").text
    assert "Codes by text message are not available yet" in page
    assert "/privacy" in page


@pytest.mark.parametrize(
    "change", [{"consent": ""}, {"email": "no address"}, {"county": ""}, {"password": "short"}, {"name": "x" * 81}]
)
def test_what_was_typed_stays_when_registering_is_refused(client: FlaskClient, change: dict[str, str]) -> None:
    answer = client.post("/register", data={**NEWCOMER, "email": "typed@example.com", **change})
    assert answer.status_code == 200
    assert "error-summary" in answer.text
    assert change.get("email", "typed@example.com") in answer.text
    assert PASSWORD not in answer.text


def test_one_is_sent_on_to_the_page_one_wanted(client: FlaskClient, email: str) -> None:
    assert client.get("/me?a=1").location == "/sign-in?next=/me?a%3D1"
    assert sign_in(client, email, next="/me?a=1") == (303, "/me?a=1")


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_one_is_never_sent_to_another_site(client: FlaskClient, email: str, target: str) -> None:
    assert sign_in(client, email, next=target) == (303, "/")
    assert client.get("/sign-in", query_string={"next": target}).location == "/"


def test_a_newer_privacy_text_is_asked_about_first(client: FlaskClient, email: str, factory: UnitOfWorkFactory) -> None:
    factory.services.settings.privacy_version = "2027-01"
    assert sign_in(client, email, next="/bases") == (303, "/me/consent?next=/bases")
    assert "2027-01" in client.get("/me/consent").text
    assert "error-summary" in client.post("/me/consent", data={"next": "/bases"}).text
    assert client.post("/me/consent", data={"consent": "y", "next": "/bases"}).location == "/bases"
    client.post("/sign-out")
    assert sign_in(client, email) == (303, "/")


def test_a_wrong_password_and_a_person_who_is_not_there_look_the_same(client: FlaskClient, email: str) -> None:
    pages = [
        client.post("/sign-in", data={"contact": contact, "password": "wrong password"})
        for contact in (email, "person99@example.com")
    ]
    own = re.compile(r"person\d+@example.com|(?<=csrf_token\" value=\")[^\"]+")
    texts = [own.sub("", page.text) for page in pages]
    assert [page.status_code for page in pages] == [200, 200]
    assert texts[0] == texts[1]
    assert "error-summary" in texts[0]


def test_too_many_tries_are_answered_with_the_time_to_wait(client: FlaskClient, email: str) -> None:
    with client.session_transaction() as session:
        session["locale"] = "en"
    for _ in range(10):
        sign_in(client, email, "wrong password")
    answer = client.post("/sign-in", data={"contact": email, "password": PASSWORD, "next": "/bases"})
    assert answer.status_code == 429
    minutes = -(-int(answer.headers["Retry-After"]) // 60)
    assert f"Please try again in {minutes} minutes." in answer.text.partition("error-summary")[2]
    assert f'value="{email}"' in answer.text
    assert 'value="/bases"' in answer.text
    assert PASSWORD not in answer.text


def test_signing_out_ends_the_sign_in_itself(app: Flask, browse: Browse, people: People) -> None:
    client = browse(people.worker)
    with client.session_transaction() as session:
        cookie = dict(session)
    assert client.post("/sign-out").location == "/"
    thief = app.test_client()
    with thief.session_transaction() as session:
        session.update(cookie)
    assert thief.get("/me").location == "/sign-in?next=/me"


def test_devices_are_listed_and_signed_out(browse: Browse, people: People) -> None:
    here, there = browse(people.worker), browse(people.worker)
    page = here.get("/me/sign-ins").text
    assert page.count('action="/me/sign-ins/') == 2  # the other device, and all others
    assert here.post("/me/sign-ins/end-others").location == "/me/sign-ins"
    assert there.get("/me").status_code == 303
    assert here.get("/me").status_code == 200


def test_a_lost_password_is_set_anew(client: FlaskClient, letters: Letterbox, email: str) -> None:
    assert client.get("/password/new").location == "/password/forgotten"
    answer = client.post("/password/forgotten", data={"contact": email})
    assert answer.location == "/password/new"
    assert email not in answer.location
    assert client.post("/password/new", data={"code": "nothing", "password": "a new long password"}).status_code == 200
    code = letters.code(email)
    assert client.post("/password/new", data={"code": code, "password": "a new long password"}).location == "/sign-in"
    assert sign_in(client, email, "a new long password")[0] == 303


def test_asking_for_a_code_tells_nothing_about_who_is_registered(client: FlaskClient, letters: Letterbox) -> None:
    answer = client.post("/password/forgotten", data={"contact": "nobody@example.com"})
    assert (answer.status_code, answer.location) == (303, "/password/new")
    assert "nobody@example.com" in client.get("/password/new").text
    assert letters.read() == []


def test_the_password_is_changed_on_its_page(browse: Browse, people: People, client: FlaskClient, email: str) -> None:
    mine = browse(people.worker)
    fields = {"current_password": PASSWORD, "password": "a new long password", "password_again": "a new long pasword"}
    assert "error-summary" in mine.post("/me/password", data=fields).text
    fields["password_again"] = fields["password"]
    assert mine.post("/me/password", data=fields).location == "/me"
    assert sign_in(client, email, fields["password"])[0] == 303


def test_contacts_are_changed_with_the_password_only(browse: Browse, people: People, letters: Letterbox) -> None:
    mine = browse(people.worker)
    refused = mine.post(
        "/me/contacts/email", data={"email-email": "new@example.com", "email-current_password": "wrong password"}
    )
    assert "error-summary" in refused.text
    assert "new@example.com" in refused.text
    fields = {"email-email": "new@example.com", "email-current_password": PASSWORD}
    assert mine.post("/me/contacts/email", data=fields).location == "/me/verify?next=/me/contacts"
    mine.post("/me/verify", data={"code": letters.code("new@example.com")})
    assert "new@example.com" in mine.get("/me/contacts").text
    number = {"mobile-mobile": "138 0000 0301", "mobile-current_password": PASSWORD}
    assert mine.post("/me/contacts/mobile", data=number).location == "/me/contacts"
    assert "13800000301" in mine.get("/me/contacts").text


def test_the_language_is_kept_with_the_account_and_comes_back_at_sign_in(
    app: Flask, browse: Browse, people: People, email: str
) -> None:
    mine = browse(people.worker)
    assert 'lang="zh-CN"' in mine.get("/me").text
    assert mine.post("/locale", data={"locale": "en", "next": "/me"}).location == "/me"
    assert 'lang="en"' in mine.get("/me").text
    other = app.test_client()
    sign_in(other, email)
    assert 'lang="en"' in other.get("/me").text


def test_a_visitor_changes_the_language_for_this_browser(client: FlaskClient) -> None:
    assert client.post("/locale", data={"locale": "en", "next": "//evil.example"}).location == "/"
    assert 'lang="en"' in client.get("/terms").text
    assert client.post("/locale", data={"locale": "xx"}).status_code == 400


def test_the_profile_keeps_what_was_chosen(browse: Browse, people: People) -> None:
    mine = browse(people.worker)
    fields = {"name": "王建国", "county": "gaomi", "locale": "zh_CN"}
    assert mine.post("/me", data=fields).location == "/me"
    page = mine.get("/me").text
    assert re.search(r'<option selected value="gaomi">', page)
    assert not re.search(r'name="recommendations"[^>]*checked|checked[^>]*name="recommendations"', page)


@pytest.mark.parametrize("path", ["/terms", "/privacy", "/accessibility"])
@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_pages_that_stand_still(client: FlaskClient, path: str, locale: str) -> None:
    with client.session_transaction() as session:
        session["locale"] = locale
    answer = client.get(path)
    assert answer.status_code == 200
    assert "潍坊市总工会" in answer.text
