"""The catalogue pages: search, filter, sort, page; and what they never show."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.models import Listing
from marketplace.listings.rules import Category, Industry, Maturity
from marketplace.needs.rules import NeedState
from marketplace.results.rules import ResultState
from marketplace.wiring import INDEXER
from tests.catalogue_page import Index, open_page
from tests.factories import make_need, make_result
from tests.personas import People


@pytest.mark.parametrize("typed", ["焊接", "hanjie", "焊接 -灌装", "标题:焊接 单位:前程", '"焊接" -行业:食品'])
def test_counts_of_filters_agree_with_the_lists_behind_them(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index, typed: str
) -> None:
    make_result(factory, people, title="焊接一")
    make_result(factory, people, title="焊接二", county=None, category=Category.INVENTION, patent_number="")
    make_result(
        factory, people, title="焊接三", county="gaomi", industry=Industry.CHEMICAL, maturity=Maturity.IDEA, ways=[]
    )
    make_result(factory, people, title="灌装", problem="", summary="瓶", metric="", description="")
    index()
    page = open_page(client, "/results?q=" + quote(typed))
    assert len(page.titles) == 3
    assert {"机械制造", "化工", "青州市", "高密市", "县市区未填"} <= page.facets.keys()
    for label, (count, url) in page.facets.items():
        assert len(open_page(client, url).titles) == count, label


def test_values_of_one_filter_add_up_and_filters_narrow(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people, title="甲焊接", county="qingzhou")
    make_result(factory, people, title="乙焊接", county="gaomi")
    make_result(factory, people, title="丙焊接", county="gaomi", industry=Industry.FOOD)
    index()
    both = open_page(client, "/results?county=qingzhou&county=gaomi")
    assert len(both.titles) == 3
    narrowed = open_page(client, "/results?county=qingzhou&county=gaomi&industry=machinery&sort=newest")
    assert sorted(narrowed.titles) == ["乙焊接", "甲焊接"]
    chips = re.findall(r'<ul class="chips".*?</ul>', narrowed.text, re.DOTALL)[0]
    without = re.findall(r'<a[^>]* href="([^"]*)"', chips)
    assert len(without) == 4  # three filters and all of them
    assert all("sort=newest" in url for url in without[:3])


def test_orders(client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index) -> None:
    day = datetime(2026, 10, 1, tzinfo=UTC)
    make_result(factory, people, title="早", published_at=day.replace(day=1), benefit_fen=900)
    make_result(factory, people, title="晚", published_at=day.replace(day=9))
    make_result(factory, people, title="中", published_at=day.replace(day=5), benefit_fen=100)
    make_need(factory, people, title="急", deadline=date(2027, 1, 1), budget_max_fen=100)
    make_need(factory, people, title="缓", deadline=date(2028, 1, 1), budget_max_fen=900)
    make_need(factory, people, title="无期", deadline=None, budget_max_fen=None)
    index()
    assert open_page(client, "/results").titles == ["晚", "中", "早"]
    assert open_page(client, "/results?sort=benefit").titles == ["早", "中", "晚"]
    assert open_page(client, "/needs?sort=deadline").titles == ["急", "缓", "无期"]
    assert open_page(client, "/needs?sort=budget").titles == ["缓", "急", "无期"]


def test_orders_can_be_turned_round_and_what_is_missing_stays_last(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    day = datetime(2026, 10, 1, tzinfo=UTC)
    make_result(factory, people, title="早", published_at=day, benefit_fen=900)
    make_result(factory, people, title="中", published_at=day.replace(day=5), benefit_fen=100)
    make_result(factory, people, title="晚", published_at=day.replace(day=9), benefit_fen=None)
    make_need(factory, people, title="急", deadline=date(2027, 1, 1), budget_max_fen=100)
    make_need(factory, people, title="缓", deadline=date(2028, 1, 1), budget_max_fen=900)
    make_need(factory, people, title="无期", deadline=None, budget_max_fen=None)
    index()
    assert open_page(client, "/results?sort=-newest").titles == ["早", "中", "晚"]
    assert open_page(client, "/results?sort=-benefit").titles == ["中", "早", "晚"]
    assert open_page(client, "/needs?sort=-deadline").titles == ["缓", "急", "无期"]
    assert open_page(client, "/needs?sort=-budget").titles == ["急", "缓", "无期"]
    links = re.findall(r'<a href="[^"]*sort=([^"&]*)[^"]*"[^>]*>([^<]*)</a>', client.get("/results?sort=benefit").text)
    assert links == [("newest", "最新"), ("benefit", "效益"), ("-benefit", "效益最低")]


def test_what_is_published_while_one_turns_pages_shifts_none_of_them(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    for number in range(25):
        make_result(factory, people, title=f"焊接{number}")
    index()
    for address in ("/results", "/results?q=焊接", "/results?q=焊接&sort=newest"):
        first = open_page(client, address)
        (following,) = re.findall(r'rel="next" href="([^"]*)"', first.text)
        later = datetime.fromtimestamp(int(re.findall(r"as_of=(\d+)", following)[0]) + 60, UTC)
        newer = [make_result(factory, people, title=f"焊接新{number}", published_at=later) for number in range(3)]
        index()
        second = open_page(client, following.replace("&amp;", "&"))
        assert len(first.titles) == 20
        assert sorted({*first.titles, *second.titles}) == sorted(f"焊接{number}" for number in range(25))
        (back,) = re.findall(r'rel="prev" href="([^"]*)"', second.text)
        assert "as_of" not in back
        assert (
            "焊接新0"
            in open_page(client, back.replace("&amp;", "&") + ("" if "?" in back else "?") + "&sort=newest").titles
        )
        assert all("as_of" not in url for _count, url in second.facets.values())
        with factory.writing() as uow:
            uow.session.execute(update(Listing).where(Listing.id.in_(newer)).values(state="suspended"))
        index()


def test_budget_bands(client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index) -> None:
    make_need(factory, people, title="十万整", budget_max_fen=10_000_000)
    make_need(factory, people, title="多一分", budget_max_fen=10_000_001)
    make_need(factory, people, title="面议的", budget_max_fen=None)
    index()
    assert open_page(client, "/needs?budget=under_10").titles == ["十万整"]
    assert open_page(client, "/needs?budget=under_50").titles == ["多一分"]
    assert open_page(client, "/needs?budget=none").titles == ["面议的"]


def test_what_was_searched_for_is_marked_and_html_is_not_obeyed(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(
        factory, people, title="<img src=x>焊接<b>", problem="<script>焊接</script>变形大。", summary="<i>好</i>"
    )
    index()
    text = client.get("/results?q=焊接").text
    assert "&lt;img src=x&gt;<mark>焊接</mark>&lt;b&gt;" in text
    assert "&lt;script&gt;<mark>焊接</mark>&lt;/script&gt;" in text
    evil = client.get("/results?q=" + quote('"><script>x</script>')).text
    assert "<script>x" not in evil


def test_a_long_list_has_pages_and_every_result_is_on_one(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    for number in range(45):
        make_result(factory, people, title=f"焊接{number}")
    index()
    urls = ("/results?q=焊接", "/results?q=焊接&page=2", "/results?q=焊接&page=3")
    pages = [open_page(client, url).titles for url in urls]
    assert [len(titles) for titles in pages] == [20, 20, 5]
    assert len({title for titles in pages for title in titles}) == 45
    assert (
        client.get("/results?q=焊接&page=99").text.count("<article") == client.get(urls[-1]).text.count("<article") > 0
    )


def test_a_card_leads_to_its_page_and_the_link_says_where_it_began(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    result_id = make_result(factory, people)
    index()
    (link,) = open_page(client, "/results?q=焊接").links
    assert link == f"/results/{result_id}?origin=search&amp;ref={quote('焊接')}"
    assert open_page(client, "/results").links == [f"/results/{result_id}"]


def test_a_card_shows_problem_effect_figure_unit_and_place(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people, on_behalf=True)
    index()
    text = client.get("/results").text
    for part in (
        "人工焊接变压器油箱变形大，返修多 → 压紧焊接，减少变形",
        "42",
        "18",
        "青州前程机械有限公司",
        "青州市",
        "代发布",
    ):
        assert part in text


def test_a_stale_result_is_found_and_says_so(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people, state=ResultState.STALE)
    index()
    assert "state-warn" in client.get("/results").text


@pytest.mark.parametrize("who", ["worker", "seller_contact", "city_official"])
def test_drafts_are_not_found_even_by_those_who_may_see_them(
    browse: Callable[[Actor], FlaskClient], factory: UnitOfWorkFactory, people: People, index: Index, who: str
) -> None:
    make_result(factory, people, state=ResultState.DRAFT, title="焊接草稿")
    make_result(factory, people, state=ResultState.COUNTY_REVIEW, title="焊接待审")
    make_need(factory, people, state=NeedState.REVIEW, title="焊接待审")
    index()
    browser = browse(getattr(people, who))
    assert open_page(browser, "/results?q=焊接").titles == []
    assert open_page(browser, "/needs?q=焊接").titles == []


def test_a_hit_that_has_been_suspended_is_passed_over_before_the_index_knows(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    gone = make_result(factory, people, title="焊接旧")
    make_result(factory, people, title="焊接新")
    index()
    with factory.writing() as uow:
        uow.session.execute(update(Listing).where(Listing.id == gone).values(state="suspended"))
    assert open_page(client, "/results?q=焊接").titles == ["焊接新"]


def test_an_anonymous_need_is_not_found_by_its_unit(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_need(factory, people, anonymous=True)
    index()
    for typed in ("单位:蓝海", "蓝海"):
        assert open_page(client, "/needs?q=" + quote(typed)).titles == []


@pytest.mark.parametrize("who", [None, "worker", "company", "city_official"])
def test_an_anonymous_need_never_shows_its_party_in_a_list(
    client: FlaskClient,
    browse: Callable[[Actor], FlaskClient],
    factory: UnitOfWorkFactory,
    people: People,
    index: Index,
    who: str | None,
) -> None:
    make_need(factory, people, anonymous=True)
    index()
    browser = browse(getattr(people, who)) if who else client
    text = browser.get("/needs?q=储罐").text
    assert "接受意向后公开单位" in text
    assert "蓝海化工" not in text


@pytest.mark.parametrize(
    "query",
    [
        "page=x",
        "page=-1",
        "page=99999999999",
        "county=nowhere",
        "sort=nonsense",
        "industry=",
        "q=" + "长" * 500,
    ],
)
def test_nonsense_in_the_address_is_passed_over(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index, query: str
) -> None:
    make_result(factory, people)
    index()
    assert client.get(f"/results?{query}").status_code == 200
    assert client.get(f"/needs?{query}").status_code == 200


def test_an_empty_catalogue_is_a_page_too(client: FlaskClient) -> None:
    assert "还没有发布任何内容" in client.get("/results").text
    assert "还没有发布任何内容" in client.get("/needs").text


REBUILDING = "搜索正在重建，请一分钟后再试；内容没有丢失。"


def test_a_lost_index_is_no_empty_catalogue(
    client: FlaskClient, browse: Callable[[Actor], FlaskClient], factory: UnitOfWorkFactory, people: People
) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    INDEXER.heal_all(factory)
    pages = (
        (client, f"/results/{result_id}"),
        (client, "/results?q=焊接"),
        (browse(people.company), f"/needs/{need_id}/matches"),
    )
    assert not any(REBUILDING in who.get(url).text for who, url in pages)
    shutil.rmtree(factory.services.settings.index_dir)
    assert [REBUILDING in who.get(url).text for who, url in pages] == [False, True, True]
    INDEXER.heal_all(factory)
    assert not any(REBUILDING in who.get(url).text for who, url in pages)
    assert REBUILDING not in client.get("/results?q=没有这样的东西").text
