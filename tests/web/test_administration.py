"""Pages of the administrator; for everybody else they are not there."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]
PAGES = ("/admin", "/admin/users", "/admin/users/1", "/admin/outbox", "/admin/settings")


@pytest.mark.parametrize("path", PAGES)
def test_only_an_administrator_sees_them(browse: Browse, people: People, client: FlaskClient, path: str) -> None:
    assert browse(people.administrator).get(path).status_code == 200
    for who in (people.worker, people.company_admin, people.city_official):
        assert browse(who).get(path).status_code == 404
    assert client.get(path).status_code == 303


def test_an_official_is_appointed_and_dismissed_with_a_reason(browse: Browse, people: People) -> None:
    admin, address = browse(people.administrator), f"/admin/users/{people.loner.user_id}"
    fields = {"office": "county_official", "county": "anqiu", "reason": ""}
    assert "error-summary" in admin.post(f"{address}/appoint", data=fields).text
    assert admin.post(f"{address}/appoint", data={**fields, "reason": "2026 年 <3> 号"}).location == address
    page = admin.get(address).text
    assert "2026 年 &lt;3&gt; 号" in page
    assert browse(people.loner).get("/organisations/waiting").status_code == 200
    found = re.search(rf"{address}/offices/\d+/dismiss", page)
    assert found
    assert admin.post(found.group(0), data={"reason": ""}).status_code == 200
    assert admin.post(found.group(0), data={"reason": "调离"}).location == address
    assert browse(people.loner).get("/organisations/waiting").status_code == 404


def test_an_account_is_disabled_and_enabled(browse: Browse, people: People) -> None:
    admin, address = browse(people.administrator), f"/admin/users/{people.worker.user_id}"
    mine = browse(people.worker)
    assert admin.post(f"{address}/disable", data={"reason": "核实身份"}).location == address
    assert mine.get("/me").status_code == 303
    assert "核实身份" in admin.get(address).text
    assert admin.post(f"{address}/enable", data={"reason": "已核实"}).location == address
    assert admin.post("/admin/users/9999/disable", data={"reason": "x"}).status_code == 404


def test_a_parked_task_shows_its_error_and_is_tried_again(
    browse: Browse, people: People, factory: UnitOfWorkFactory
) -> None:
    with factory.writing() as uow:
        moment = uow.now()
        row = OutboxRow(at=moment, due_at=moment, event="user.registered", payload={"user_id": 1}, handler="x")
        row.parked_at, row.error = moment, "Traceback\nConnectionRefusedError: <mail>"
        uow.session.add(row)
    admin = browse(people.administrator)
    assert "ConnectionRefusedError: &lt;mail&gt;" in admin.get("/admin/outbox").text
    assert admin.post("/admin/outbox/retry", data={"row_id": "1", "reason": ""}).status_code == 200
    assert admin.post("/admin/outbox/retry", data={"row_id": "1", "reason": "已恢复"}).location == "/admin/outbox"
    assert "ConnectionRefusedError" not in admin.get("/admin/outbox").text


def test_settings_are_shown_without_the_key(browse: Browse, people: People, factory: UnitOfWorkFactory) -> None:
    settings = factory.services.settings
    settings.mail_url = "smtp://post:geheim@mail.example.com"
    page = browse(people.administrator).get("/admin/settings").text
    assert "JIANGGUO_SIGN_IN_ATTEMPTS" in page
    assert "smtp://post:••••@mail.example.com" in page
    assert settings.secret_key not in page


def test_people_are_found(browse: Browse, people: People) -> None:
    admin = browse(people.administrator)
    page = admin.get("/admin/users", query_string={"q": "建国"}).text
    assert f"/admin/users/{people.worker.user_id}" in page
    assert f"/admin/users/{people.loner.user_id}" not in page
    assert admin.get("/admin/users", query_string={"q": "nobody<x>"}).status_code == 200
