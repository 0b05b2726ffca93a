"""The pages of targets, the buttons of reminders, and the switch of the weekly digest."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marketplace.accounts.models import User
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.reminders.models import Reminder
from marketplace.targets.models import Target
from tests.factories import lines_of, make_deal, make_signed
from tests.figures import FigureWriter
from tests.paying import BY_PLAN, put_in_arrears
from tests.personas import People
from tests.web.test_home_statements import counted
from tests.world import NOW

Browse = Callable[[Actor], FlaskClient]
SHEET = "/targets/A1/2026"


def read(client: FlaskClient, url: str, locale: str = "en") -> str:
    with client.session_transaction() as session:
        session["locale"] = locale
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(("url", "officials"), [("/targets", True), (SHEET, False), ("/review/overdue", True)])
def test_the_pages_are_for_officials_and_the_sheet_for_those_of_the_city(
    browse: Browse, client: FlaskClient, people: People, url: str, officials: bool
) -> None:
    for actor in (people.worker, people.company_admin, people.administrator):
        assert browse(actor).get(url).status_code == 404
    assert browse(people.county_official).get(url).status_code == (200 if officials else 404)
    assert browse(people.city_official).get(url).status_code == 200
    assert client.get(url).location == f"/sign-in?next={url}"


def test_what_was_typed_in_yuan_stands_in_the_table_with_the_sum_of_the_counties(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    FigureWriter(factory, people).contract(1, "qingzhou", "shouguang", date(2026, 3, 1), 50_000_000)
    client = browse(people.city_official)
    typed = {"seen": "0", "place": "", "city": "160万", "county_qingzhou": "1,000,000", "reason": "市总工会文件"}
    answer = client.post(SHEET, data=typed)
    assert (answer.status_code, answer.location) == (303, "/targets?figure=A1&year=2026")
    page = read(client, "/targets", "zh_CN")
    for words in (
        "160 万元",
        "100 万元",
        "50 万元",
        "50%",
        "市总工会文件",
        "各县市区目标合计：100 万元",
        "高 60 万元",
        "出让方",
    ):
        assert words in page
    assert 'value="1600000"' in client.get(SHEET).text
    assert "150 counties" not in read(client, "/targets")


def test_a_wrong_amount_is_told_beside_its_field_and_nothing_is_lost(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    client = browse(people.city_official)
    typed = {"seen": "0", "city": "viel", "county_qingzhou": "30万", "reason": ""}
    with client.session_transaction() as session:
        session["locale"] = "en"
    page = client.post(SHEET, data=typed).text
    for words in ('id="city-error"', 'id="reason-error"', 'value="viel"', 'value="30万"'):
        assert words in page
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Target.id))) == 0


def test_a_number_is_a_whole_one(browse: Browse, people: People) -> None:
    client = browse(people.city_official)
    page = client.post("/targets/C4/2026", data={"seen": "0", "city": "1.5", "reason": "文件"}).text
    assert 'id="city-error"' in page
    assert "不设目标请留空" in client.post("/targets/C4/2026", data={"seen": "0", "city": "0", "reason": "文件"}).text
    assert client.post("/targets/C4/2026", data={"seen": "0", "city": "12", "reason": "文件"}).status_code == 303


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/targets?figure=C8", 404),
        ("/targets?figure=nonsense", 404),
        ("/targets?year=1900", 422),
        ("/targets?year=viel", 422),
        ("/targets?as_of=2026-11-21", 422),
        ("/targets/C8/2026", 404),
        ("/targets/A1/1900", 422),
    ],
)
def test_an_address_that_asks_for_what_there_is_not(browse: Browse, people: People, url: str, status: int) -> None:
    assert browse(people.city_official).get(url).status_code == status


def test_a_forecast_is_a_range_with_how_it_was_made(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    for _ in range(3):
        make_deal(factory, people)
    page = read(browse(people.city_official), "/targets")
    assert "too few past cases" in page
    assert "at least 20 are needed" in page
    assert "no forecast" in read(browse(people.city_official), "/targets?figure=C4")
    assert "The year is over" in read(browse(people.city_official), "/targets?year=2025")
    assert "for today only" in read(browse(people.city_official), "/targets?as_of=2026-11-19")


def test_one_click_reminds_and_the_row_says_so_a_second_is_told(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    deal = make_deal(factory, people)
    with factory.writing() as uow:
        uow.session.get_one(Deal, deal).moved_at = NOW - timedelta(days=40)
    client = browse(people.county_official)
    url = f"/review/stalled/{deal}/reminder"
    assert f'action="{url}"' in read(client, "/review/stalled")
    answer = client.post(url, headers={"Referer": "http://localhost/review/stalled"})
    assert (answer.status_code, answer.location) == (303, "/review/stalled")
    page = read(client, "/review/stalled")
    for words in ("The reminder is sent to 1 person", "reminded on 20 Nov 2026 by 冯工会", "again from 23 Nov 2026"):
        assert words in page
    assert f'action="{url}"' not in page
    second = browse(people.city_official)
    read(second, "/review/stalled")
    second.post(url)
    assert "冯工会 has sent a reminder on 20 Nov 2026" in read(second, "/review/stalled")
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Reminder.id))) == 1
    assert browse(people.other_official).post(url).status_code == 404
    assert browse(people.worker).post(url).status_code == 404
    assert client.post(f"/review/nonsense/{deal}/reminder").status_code == 404


def test_home_leads_to_overdue_payments_which_cost_the_same_however_many_there_are(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    def late() -> None:
        line = lines_of(factory, make_signed(factory, people, BY_PLAN))[0].id
        put_in_arrears(factory, line, date(2026, 11, 10))

    late()
    client = browse(people.county_official)
    assert 'href="/review/overdue"' in read(client, "/")
    assert 'href="/targets"' in read(client, "/")
    page = read(client, "/review/overdue")
    assert "¥ 54,000.00" in page
    assert "10 days" in page
    with counted(factory) as few:
        read(client, "/review/overdue")
    late()
    late()
    read(client, "/review/overdue")  # Reads again what has changed since.
    with counted(factory) as more:
        read(client, "/review/overdue")
    assert len(more) == len(few)


def test_the_switch_of_the_digest_is_for_officials(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    assert 'name="weekly_digest"' not in read(browse(people.worker), "/me")
    client = browse(people.county_official)
    assert 'name="weekly_digest"' in read(client, "/me")
    profile = {"name": "冯工会", "county": "qingzhou", "locale": "zh_CN", "recommendations": "y"}
    assert client.post("/me", data=profile).status_code == 303
    browse(people.worker).post("/me", data={**profile, "name": "王建国"})
    with factory.reading() as uow:
        assert not uow.session.get_one(User, people.county_official.user_id).weekly_digest
        assert uow.session.get_one(User, people.worker.user_id).weekly_digest
