"""The pages of alerts, the links in mail, and the button of a mail program, as people and programs use them."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.models import User
from marketplace.alerts.rules import Scope
from marketplace.alerts.targets import Target, sign
from marketplace.infra.mail import Mail
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.organisations import members, queries
from tests.alerting import alerted, appears, changes, messages
from tests.factories import make_need, make_result
from tests.letters import Letterbox
from tests.personas import People
from tests.usecases.test_matches import index_everything

Browse = Callable[[Actor], FlaskClient]
Drain = Callable[[], int]
EVIL = "<script>alert(1)</script>"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def told(factory: UnitOfWorkFactory, people: People, drain: Drain, letters: Letterbox) -> tuple[int, int]:
    """A pair both sides have been told of, with HTML in the titles."""
    pair = make_result(factory, people, title=f"变压器油箱焊接工装{EVIL}"), make_need(factory, people)
    index_everything(factory)
    appears(factory, pair[0])
    drain()
    return pair


def message_of(factory: UnitOfWorkFactory, who: Actor) -> str:
    return f"/alerts/messages/{next(one.id for one in messages(factory) if one.user_id == who.user_id)}"


def mail_to(factory: UnitOfWorkFactory, letters: Letterbox, who: Actor) -> Mail:
    with factory.reading() as uow:
        address = uow.session.get_one(User, who.user_id).email
    return next(mail for mail in letters.mails if mail.to == address and "/alerts/" in mail.text)


def path_of(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:8000")


def test_a_message_says_what_fits_and_why(
    browse: Browse, factory: UnitOfWorkFactory, people: People, told: tuple[int, int]
) -> None:
    client = browse(people.company)
    inbox = client.get("/notifications").text
    assert "有成果适合您的需求" in inbox
    assert EVIL not in inbox
    page = client.get(message_of(factory, people.company)).text
    assert EVIL not in page
    assert "适合您的需求“大型储罐焊接变形控制”" in page
    assert f"/results/{told[0]}" in page
    assert "<mark>焊接" in page


@pytest.mark.parametrize("who", ["worker", "company_admin", "stranger", "city_official", "administrator"])
def test_a_message_is_there_for_nobody_else(
    browse: Browse, factory: UnitOfWorkFactory, people: People, told: tuple[int, int], who: str
) -> None:
    assert browse(getattr(people, who)).get(message_of(factory, people.company)).status_code == 404


def test_visitors_sign_in_first(client: FlaskClient) -> None:
    for path in ("/alerts", "/alerts/messages/1", "/alerts/searches/new?kind=result&q=x", "/alerts/searches/1"):
        assert client.get(path).location.startswith("/sign-in?next=")


def test_what_is_no_longer_open_to_the_reader_is_not_in_the_message(
    browse: Browse, factory: UnitOfWorkFactory, people: People, told: tuple[int, int]
) -> None:
    changes(factory, told[0], state="suspended")
    page = browse(people.company).get(message_of(factory, people.company)).text
    assert "变压器油箱" not in page.split("<main")[1]
    assert "该内容已不再公开" in page
    changes(factory, told[1], state="suspended")
    with factory.writing(people.company) as uow:
        (place,) = queries.memberships_of(uow.session, people.company.user_id or 0)
        members.end(uow, place.id)
    page = browse(people.company).get(message_of(factory, people.company)).text
    assert "大型储罐" not in page.split("<main")[1]


@pytest.mark.parametrize(
    ("button", "scope"), [("不再提醒这条匹配", "pair"), ("不再提醒这项需求", "need"), ("停止全部提醒", "all")]
)
def test_one_press_on_the_message_mutes_and_one_undoes_it(
    browse: Browse, factory: UnitOfWorkFactory, people: People, told: tuple[int, int], button: str, scope: str
) -> None:
    client, url = browse(people.company), message_of(factory, people.company)
    action = re.search(rf'action="(/alerts/mute/[^"]+)"(?:(?!</form>).)*{button}', client.get(url).text, re.DOTALL)
    assert action
    page = client.post(action.group(1), follow_redirects=True).text
    assert "以后不再提醒这一项" in page
    assert f"撤销“{button}”" in client.get(url).text
    overview = client.get("/alerts").text
    assert ("起，全部提醒已停止" if scope == "all" else "恢复提醒") in overview
    client.post(f"{action.group(1)}/undo")
    assert "恢复提醒" not in client.get("/alerts").text


def test_a_link_in_a_mail_mutes_without_signing_in_but_not_by_looking(
    client: FlaskClient,
    factory: UnitOfWorkFactory,
    people: People,
    told: tuple[int, int],
    letters: Letterbox,
    drain: Drain,
) -> None:
    text = mail_to(factory, letters, people.company).text
    (path,) = (path_of(url) for url in re.findall(r"不再提醒这一条： (\S+)", text))
    for _scanner in range(2):
        page = client.get(path).text
        assert "以后不再提醒这一项吗" in page
        assert EVIL not in page
    for _twice in range(2):
        page = client.post(path, follow_redirects=True).text
        assert "撤销" in page
    assert "以后不再提醒这一项吗" in client.post(f"{path}/undo", follow_redirects=True).text


def test_a_link_that_was_changed_or_made_elsewhere_is_no_link(
    client: FlaskClient, people: People, told: tuple[int, int], factory: UnitOfWorkFactory
) -> None:
    target, key = Target(people.company.user_id or 0, Scope.ALL), factory.services.settings.secret_key
    token = sign(target, key)
    others = sign(Target(people.worker.user_id or 0, Scope.ALL), key)
    forged = others.partition(".")[0] + "." + token.partition(".")[2]
    for bad in (token[:-1], f"{token}x", forged, sign(target, "another key"), "x", "."):
        for path in (f"/alerts/mute/{bad}", f"/alerts/one-click/{bad}"):
            assert client.post(path, data=ONE_CLICK).status_code == 404, path
        assert client.get(f"/alerts/mute/{bad}").status_code == 404
    gone = sign(Target(9999, Scope.ALL), key)
    assert client.get(f"/alerts/mute/{gone}").status_code == 404
    assert client.post(f"/alerts/mute/{gone}").status_code == 404


def test_the_title_of_a_listing_that_is_not_shown_is_not_told_by_its_link(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, told: tuple[int, int]
) -> None:
    changes(factory, told[0], state="suspended")
    target = Target(people.company.user_id or 0, Scope.PAIR, *told)
    page = client.get(f"/alerts/mute/{sign(target, factory.services.settings.secret_key)}").text
    assert "变压器油箱" not in page


def test_a_mail_program_ends_all_alerts_with_its_own_button(
    app: Flask, factory: UnitOfWorkFactory, people: People, told: tuple[int, int], letters: Letterbox, drain: Drain
) -> None:
    """RFC 8058: a POST of one field, without cookies. It is the only form of ours without a token."""
    app.config["WTF_CSRF_ENABLED"] = True
    headers = mail_to(factory, letters, people.company).headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = path_of(headers["List-Unsubscribe"].strip("<>"))
    program = app.test_client()
    assert program.get(path).location.startswith("/alerts/mute/"), "who follows it by hand is asked first"
    assert program.post(path).status_code == 400
    for _twice in range(2):
        assert program.post(path, data=ONE_CLICK).status_code == 204
    mute = path.replace("one-click", "mute")
    assert "以后不再提醒这一项" in program.get(mute).text
    for other in (mute, f"{mute}/undo", "/alerts", "/alerts/searches/new?kind=result&q=x"):
        assert program.post(other, data=ONE_CLICK).status_code == 400, other
    appears(factory, make_result(factory, people, title="变压器油箱手工焊接工装"))
    drain()
    assert len(alerted(factory, people)["company"]) == 1
    assert len(alerted(factory, people)["company_admin"]) == 2


def test_frequency_and_recommendation_are_chosen_on_one_page(
    browse: Browse, people: People, told: tuple[int, int]
) -> None:
    client = browse(people.company)
    assert "变压器油箱" in client.get("/").text.split("<main")[1]
    answer = client.post("/alerts", data={"frequency": "weekly"})
    assert answer.location == "/alerts"
    page = client.get("/alerts").text
    assert re.search(r'checked[^>]*value="weekly"', page)
    assert not re.search(r'checked[^>]*name="recommendations"', page)
    assert "变压器油箱" not in client.get("/").text.split("<main")[1], "no matches on the home page"
    assert client.get(f"/needs/{told[1]}/matches").text.count("变压器油箱") > 0, "the list one opens oneself stays"
    client.post("/alerts", data={"frequency": "instant", "recommendations": "y"})
    assert re.search(r'checked[^>]*name="recommendations"', client.get("/alerts").text)


def test_nonsense_changes_nothing(browse: Browse, people: People) -> None:
    client = browse(people.company)
    assert client.post("/alerts", data={"frequency": "hourly", "recommendations": "y"}).status_code == 200
    assert re.search(r'checked[^>]*value="instant"', client.get("/alerts").text)


def test_a_search_is_saved_from_the_catalogue_changed_and_deleted(
    browse: Browse, factory: UnitOfWorkFactory, people: People, told: tuple[int, int], drain: Drain
) -> None:
    client = browse(people.stranger)
    assert "保存搜索并提醒" not in client.get("/results").text
    assert "保存搜索并提醒" in client.get("/results?q=没有的东西").text, "most wanted where nothing is found"
    assert "保存搜索并提醒" in client.get("/results?q=焊接&industry=machinery&page=2").text
    address = "/alerts/searches/new?kind=result&q=焊接&industry=machinery"
    assert 'value="焊接、机械制造"' in client.get(address).text
    blank = client.post(address, data={"name": " ", "frequency": "daily"}).text
    assert "请给搜索起个名字" in blank
    assert client.post(address, data={"name": f"焊接{EVIL}", "frequency": "instant"}).location == "/alerts"
    page = client.get("/alerts").text
    assert EVIL not in page
    assert re.search(r'href="/results\?[^"]*industry=machinery', page)
    assert client.post("/alerts/searches/1", data={"name": "新名字", "frequency": "instant"}).location == "/alerts"
    assert "新名字" in client.get("/alerts/searches/1").text
    appears(factory, make_result(factory, people, title="油箱焊接工装二"))
    drain()
    found = client.get(message_of(factory, people.stranger)).text
    assert "由您保存的搜索“新名字”发现" in found
    assert "油箱焊接工装二" in found
    client.post("/alerts/searches/1/delete")
    assert "新名字" not in client.get("/alerts").text
    assert "已不再对您开放" in client.get(message_of(factory, people.stranger)).text


def test_saved_searches_of_others_are_not_there(browse: Browse, people: People) -> None:
    browse(people.stranger).post("/alerts/searches/new?kind=need&q=焊接", data={"name": "焊接", "frequency": "daily"})
    other = browse(people.company)
    assert other.get("/alerts/searches/1").status_code == 404
    assert other.post("/alerts/searches/1", data={"name": "x", "frequency": "off"}).status_code == 404
    assert other.post("/alerts/searches/1/delete").status_code == 404


@pytest.mark.parametrize(("query", "status"), [("kind=deal&q=x", 404), ("", 404), ("kind=result", 200)])
def test_what_is_no_search_cannot_be_saved(browse: Browse, people: People, query: str, status: int) -> None:
    client = browse(people.stranger)
    answer = client.post(f"/alerts/searches/new?{query}", data={"name": "全部", "frequency": "daily"})
    assert answer.status_code == status
    assert "还没有" in client.get("/alerts").text
