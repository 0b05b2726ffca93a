"""A form whose sign-in ended on the way: what was typed comes back, is sent again, and arrives. With the real CSRF check."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.accounts.sign_ins import revoke
from marketplace.bases.models import Base
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.personas import PASSWORD, People

TYPED = {
    "name": "\n王建国\n<b>创新</b>工作室 & Co",
    "kind": "studio",
    "level": "city",
    "county": "qingzhou",
    "leader": '王"建国"',
    "sector": "",
}


@pytest.fixture(autouse=True)
def checked(app: Flask) -> None:
    """Forms need their token, as they do in service."""
    app.config["WTF_CSRF_ENABLED"] = True


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


def kept_fields(page: str) -> dict[str, str]:
    """What a browser would send of the page's form: a textarea loses its first line break."""
    kept = re.findall(r'<textarea name="([^"]+)" hidden>\n?(.*?)</textarea>', page, re.DOTALL)
    return {name: html.unescape(value) for name, value in kept}


def sign_in_elsewhere(client: FlaskClient, address: str, email: str) -> None:
    """Follow the page's link in another tab of the same browser."""
    page = client.get(address).text
    fields = {"csrf_token": token_in(page), "contact": email, "password": PASSWORD, "next": ""}
    assert client.post("/sign-in", data=fields).status_code == 303


def test_nothing_typed_is_lost_when_a_sign_in_ends(
    factory: UnitOfWorkFactory, browse: Callable[[Actor], FlaskClient], people: People
) -> None:
    client, official = browse(people.county_official), people.county_official.user_id or 0
    token = token_in(client.get("/bases/new").text)
    with factory.writing() as uow:
        email = uow.session.get_one(User, official).email or ""
        revoke(uow, official)

    refused = client.post(
        "/bases/new", data={"csrf_token": token, **TYPED}, headers={"Referer": "http://localhost/bases/new"}
    )
    assert refused.status_code == 401
    assert kept_fields(refused.text) == TYPED
    address = re.search(r'href="(/sign-in[^"]*)" target="_blank"', refused.text)
    assert address
    assert html.unescape(address.group(1)) == "/sign-in?next=/bases/new"

    sign_in_elsewhere(client, html.unescape(address.group(1)), email)
    sent = client.post("/bases/new", data={"csrf_token": token_in(refused.text), **kept_fields(refused.text)})
    assert (sent.status_code, sent.location) == (303, "/bases")
    with factory.reading() as uow:
        assert uow.session.scalar(select(Base.leader)) == TYPED["leader"]


def test_secrets_are_not_kept_in_a_page(browse: Callable[[Actor], FlaskClient], people: People) -> None:
    client = browse(people.worker)
    answer = client.post(
        "/me/contacts/email", data={"email-email": "new@example.com", "email-current_password": "a plain long secret"}
    )
    assert answer.status_code == 400
    assert kept_fields(answer.text) == {"email-email": "new@example.com"}
    assert "a plain long secret" not in answer.text


def test_a_form_from_another_site_is_not_taken(client: FlaskClient, people: People) -> None:
    answer = client.post("/sign-in", data={"contact": "person1@example.com", "password": PASSWORD})
    assert answer.status_code == 400
    assert client.get("/me").status_code == 303
