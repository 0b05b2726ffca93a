"""What has changed lately, and where each row leads: to the record that it rests on."""

import io
import re
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.statistics.rules import FigureCode
from tests.factories import lines_of as milestones_of
from tests.factories import make_deal, make_letter, make_need, make_payment, sign
from tests.paying import TODAY
from tests.personas import People
from tests.registering import registered
from tests.rewarding import Drain, approved, licensed, paid, the_reward

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock) -> int:
    """A deal between Qingzhou and Shouguang with all there can be: letter, contract, registration, payment, reward, payout."""
    deal_id = licensed(factory, people)
    registered(factory, people, deal_id)
    make_payment(factory, people, milestones_of(factory, deal_id)[0].id, 18_000_000, TODAY)
    drain()
    approved(factory, people, clock, the_reward(factory))
    paid(factory, people, the_reward(factory), 1, 500_000, date(2026, 12, 6))
    other = make_deal(factory, people, need_id=make_need(factory, people))
    letter = make_letter(factory, people, other)
    for who in (people.seller_contact, people.company):
        sign(factory, who, letter)
    drain()
    return deal_id


def links(page: str, record: str) -> list[str]:
    """Where the records of a page of rows lead, by the kind of their source."""
    return re.findall(rf'<a class="text-nowrap" href="([^"]+)">[^<]+<span class="muted">{record}:\d+</span>', page)


def follow(client: FlaskClient, url: str) -> bool:
    """Whether the page is there, and the place on it."""
    path, _, place = url.partition("#")
    answer = client.get(path)
    return answer.status_code == 200 and (not place or f'id="{place}"' in answer.text)


RECORDS = (
    ("A0", "letter", "/documents/"),
    ("A1", "entry", "/documents/"),
    ("A2", "registration_entry", "/deals/{deal}/registration#record-1"),
    ("A4", "receipt", "/deals/{deal}/payments#receipt-1"),
    ("A5", "transfer", "/rewards/1#arithmetic"),
    ("A6", "payout", "/rewards/1#line-2"),
    ("C1", "result", "/results/"),
    ("C3", "interest", "/interests/"),
    ("C6", "payout", "/rewards/1#line-2"),
)


def test_a_row_leads_to_the_record_it_rests_on(browse: Browse, people: People, deal: int) -> None:
    official = browse(people.city_official)
    for figure, record, leads_to in RECORDS:
        found = links(official.get(f"/desk/rows?figure={figure}").text, record)
        assert found, figure
        assert [url for url in found if not url.startswith(leads_to.format(deal=deal))] == []


def test_an_interest_is_named_by_what_was_asked_about_and_by_whom(browse: Browse, people: People, deal: int) -> None:
    page = browse(people.city_official).get("/desk/rows?figure=C3").text
    [title] = re.findall(r"([^<>]+) · 寿光蓝海化工有限公司 → 青州前程机械有限公司", page)
    assert title.strip() == "变压器油箱自动焊接工装"


def test_no_row_leads_an_official_to_what_he_may_not_see(browse: Browse, people: People, deal: int) -> None:
    for actor in (people.city_official, people.county_official):
        official = browse(actor)
        pages = [official.get(f"/desk/rows?figure={code.value}").text for code in FigureCode]
        urls = {url for page in pages for url in links(page, r"\w+")}
        assert len(urls) >= 6
        assert [url for url in sorted(urls) if not follow(official, url)] == []


def test_a_buyer_s_county_sees_the_payout_counted_and_not_the_reward(
    browse: Browse, people: People, deal: int, factory: UnitOfWorkFactory
) -> None:
    with factory.writing() as uow:
        uow.session.execute(update(Deal).values(buyer_county="gaomi"))
    page = browse(people.other_official).get("/desk/rows?figure=A6").text
    assert "payout:1" in page
    assert links(page, "payout") == []


def test_the_week_is_told_figure_by_figure(browse: Browse, people: People, deal: int, clock: SetClock) -> None:
    """On 6 December the payout is new; contract and payment are of 20 November."""
    page = browse(people.county_official).get("/desk/changes").text
    assert "此后 +2.83 万元" in page
    assert page.count("此后无变化") == 4
    assert "/rewards/1#line-2" in page
    month = browse(people.county_official).get("/desk/changes?since=2026-11-20").text
    assert "此后无变化" not in month
    assert f"/deals/{deal}/payments#receipt-1" in month


def test_rows_of_a_change_stand_alone_and_say_since_when(browse: Browse, people: People, deal: int) -> None:
    official = browse(people.city_official)
    page = official.get("/desk/rows?figure=A4&since=2026-11-21").text
    assert "没有明细" in page
    assert "2026年11月21日 起入账" in page
    assert "receipt:1" in official.get("/desk/rows?figure=A4&since=2026-11-20").text
    with official.get("/desk/figures.xlsx?figure=A4&since=2026-11-20") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    about = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(min_row=2)}
    assert str(about["入账时刻"]).startswith("2026-11-20")


@pytest.mark.parametrize(
    "url", ["/desk/changes?since=2026-11-21", "/desk/changes?since=x", "/desk/rows?since=2026-11-21"]
)
def test_a_day_to_come_is_refused_clearly(browse: Browse, people: People, url: str) -> None:
    assert browse(people.city_official).get(url).status_code == 422


def test_changes_are_for_officials(browse: Browse, client: FlaskClient, people: People) -> None:
    assert browse(people.company).get("/desk/changes").status_code == 404
    assert client.get("/desk/changes").status_code == 303
    assert "/desk/changes" in browse(people.county_official).get("/").text
    assert "/desk/changes" not in browse(people.company).get("/").text


def test_an_official_reads_back_from_a_payout_to_where_it_began(browse: Browse, people: People, deal: int) -> None:
    official = browse(people.city_official)
    page = official.get("/rewards/1").text
    origin = page[page.index('id="origin"') :]
    urls = re.findall(r'href="(/(?:interests|documents|deals|results)/[^"]+)"', origin)
    assert {url.split("/")[1] for url in urls} == {"interests", "documents", "deals", "results"}
    assert f"/deals/{deal}/payments#receipt-1" in urls
    assert [url for url in urls if not follow(official, url)] == []
    worker = browse(people.worker).get("/rewards/1").text
    assert "/documents/" not in worker[worker.index('id="origin"') :]
