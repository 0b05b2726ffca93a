"""The catalogue pages: search, filter, sort, page; and what they never show."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from babel.support import Translations
from flask.testing import FlaskClient
from sqlalchemy import update

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.models import Listing
from marketplace.listings.rules import Category, Industry, ListingKind, Maturity
from marketplace.listings.search import FACETS, Facet
from marketplace.listings.search_words import PREFIXES, clauses_of, examples
from marketplace.needs.rules import NeedState
from marketplace.organisations.regions import load_region
from marketplace.results.rules import ResultState
from marketplace.wiring import INDEXER
from tests.factories import make_need, make_result
from tests.personas import People

Index = Callable[[], None]
MARK = re.compile(r"</?mark>")


@pytest.fixture
def index(factory: UnitOfWorkFactory) -> Index:
    """Bring the index up to date."""

    def run() -> None:
        with factory.writing() as uow:
            INDEXER.reconcile(uow)

    return run


class Page(HTMLParser):
    """The titles of the cards and the facets of a catalogue page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.titles = [
            MARK.sub("", title) for title in re.findall(r'<h2 class="card-title"><a href="[^"]*">(.*?)</a>', text)
        ]
        self.links = re.findall(r'<h2 class="card-title"><a href="([^"]*)">', text)
        options = re.findall(
            r'<li><a href="([^"]*)" rel="nofollow"[^>]*>\s*<span>(?:<svg.*?</svg>)?(.*?)</span> '
            r'<span class="facet-count">(\d+)</span>',
            text,
            re.DOTALL,
        )
        self.facets = {label: (int(count), url.replace("&amp;", "&")) for url, label, count in options}


def open_page(client: FlaskClient, url: str) -> Page:
    answer = client.get(url)
    assert answer.status_code == 200
    return Page(answer.text)


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
    assert client.get("/results?q=焊接&page=99").status_code == 200


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


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("标题:焊接", {"焊接夹具"}),
        ("title：焊接", {"焊接夹具"}),
        ("單位:前程", {"焊接夹具", "灌装线"}),
        ("单位:蓝海", set()),
        ("县:青州", {"焊接夹具"}),
        ("区县:青州", {"焊接夹具"}),
        ("县市区：高密市", {"灌装线"}),
        ("county:Gaomi", {"灌装线"}),
        ("行业:食品", {"灌装线"}),
        ("-行业:食品", {"焊接夹具"}),
        ("industry:food", {"灌装线"}),
        ("专利:有", {"焊接夹具"}),
        ("类别:发明", {"灌装线"}),
        ('"灌装线" -焊接', set()),
        ("区县:灌装", {"灌装线"}),
    ],
)
def test_a_field_can_be_named_in_both_languages(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index, typed: str, titles: set[str]
) -> None:
    make_result(factory, people, title="焊接夹具", patent_number="ZL202010123456.7")
    make_result(
        factory, people, title="灌装线", problem="焊接多", county="gaomi", industry=Industry.FOOD,
        category=Category.INVENTION, patent_number="",
    )  # fmt: skip
    index()
    assert set(open_page(client, "/results?q=" + quote(typed)).titles) == titles


def test_every_example_of_the_fold_out_is_understood(client: FlaskClient) -> None:
    for url, kind in (("/results", ListingKind.RESULT), ("/needs", ListingKind.NEED)):
        text = client.get(url).text
        counties = load_region("weifang").counties
        for locale in ("zh_CN", "en"):
            for word, example in examples(kind, locale):
                (clause,) = clauses_of(kind, f"{word}:{example}", counties)
                assert clause.field in PREFIXES[kind], word
        assert all(f"<code>{word}:{example}</code>" in text for word, example in examples(kind, "zh_CN"))


@pytest.mark.parametrize(
    "facet", [facet for facet in FACETS[ListingKind.RESULT] if facet.values], ids=lambda it: it.name
)
def test_what_a_filter_is_called_can_be_typed_too(facet: Facet) -> None:
    chinese = Translations.load("marketplace/translations", ["zh_CN"])
    assert facet.values
    for value in facet.values:
        for shown in (value.label, chinese.gettext(value.label)):
            clauses = clauses_of(ListingKind.RESULT, f'{facet.name}:"{shown}"', ())
            assert [clause.values for clause in clauses] == [frozenset({value})], shown


def test_what_was_excluded_is_not_marked_and_what_must_stand_in_the_title_only_there(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people, title="焊接夹具", problem="焊接变形大。")
    index()
    page = open_page(client, "/results?q=" + quote("标题:夹具 变形 -返修机"))
    assert page.titles == ["焊接夹具"]
    assert "焊接<mark>夹具</mark>" in page.text
    assert "焊接<mark>变形</mark>大" in page.text
    assert "<mark>返修" not in page.text


def test_a_card_says_so_when_only_the_name_of_the_unit_matched(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people)
    index()
    assert "按单位名称找到： 青州<mark>前程</mark>机械有限公司" in client.get("/results?q=前程").text
    assert "按单位名称找到： 青州<mark>前程</mark>机械有限公司" in client.get("/results?q=单位:前程").text
    assert "按单位名称找到" not in client.get("/results?q=焊接").text


def test_a_slip_gets_an_offer_and_the_offer_keeps_filters_and_the_rest(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people, title="变压器油箱焊接夹具")
    index()
    offer = re.compile(r'您是不是要找 <a class="[^"]*" href="([^"]*)">(.*?)</a>')
    page = client.get("/results?county=qingzhou&q=" + quote("焊结 -机器人")).text
    ((url, label),) = offer.findall(page)
    assert label == "焊接 -机器人"
    assert "county=qingzhou" in url
    assert open_page(client, url.replace("&amp;", "&")).titles == ["变压器油箱焊接夹具"]
    assert not offer.findall(client.get("/results?q=焊接").text)
    assert not offer.findall(client.get("/results?county=gaomi&q=焊结").text)
    assert "没有找到" in page


def test_what_was_typed_in_pinyin_is_marked_as_it_is_written(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people, title="变压器油箱焊接夹具", problem="变压器变形大。")
    index()
    text = client.get("/results?q=byq").text
    assert "“byq”已按拼音读作：变压器" in text
    assert "<mark>变压器</mark>油箱焊接夹具" in text
    assert "<mark>变压器</mark>变形大" in text


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


def test_nothing_found_says_which_filter_to_drop_with_its_count(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people, title="焊接甲", county="gaomi")
    make_result(factory, people, title="焊接乙", county="gaomi")
    make_result(factory, people, title="焊接丙", county="qingzhou", industry=Industry.FOOD)
    index()
    text = client.get("/results?q=焊接&county=qingzhou&industry=machinery").text
    advice = re.findall(r"<li><a href=\"([^\"]*)\">去掉“(.*?)”</a> <span[^>]*>(.*?)</span>", text)
    assert [(label, count) for _url, label, count in advice] == [("青州市", "共找到 2 项")]
    assert len(open_page(client, advice[0][0].replace("&amp;", "&")).titles) == 2


def test_nothing_found_offers_shorter_words_and_the_other_catalogue(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people)
    make_need(factory, people, title="量子储罐", description="")
    index()
    text = client.get("/results?q=量子储罐控制平台焊接").text
    assert "只搜“焊接”" in text
    assert "只搜“量子”" not in text
    assert "改搜需求" in client.get("/results?q=量子储罐").text


def test_a_search_that_holds_most_of_the_words_says_so(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people)
    index()
    page = open_page(client, "/results?q=变压器油箱 焊接 蒸馏")
    assert len(page.titles) == 1
    assert "没有成果包含您输入的全部内容" in page.text


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
