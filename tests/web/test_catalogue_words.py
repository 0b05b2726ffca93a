"""What one can type into the search box, and what is said when it finds nothing."""

import re
from urllib.parse import quote

import pytest
from babel.support import Translations
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.listings.rules import Category, Industry, ListingKind
from marketplace.listings.search import FACETS, Facet
from marketplace.listings.search_words import PREFIXES, clauses_of, examples
from marketplace.organisations.regions import load_region
from marketplace.results.rules import Disclosure
from tests.catalogue_page import Index, open_page
from tests.factories import make_need, make_result
from tests.personas import People


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


@pytest.mark.parametrize(
    "typed",
    [
        "专利号:ZL202010123456.7",
        "專利號：ＺＬ２０２０１０１２３４５６．７",
        "专利号: 202010123456.7",
        "申请号:2020101234567",
        "专利号:ZL 2020 1 0123456.7",
        "patent:cn202010123456",
        "专利:zl202010123456.7",
        "patent-no:2020101234",
        "ZL202010123456.7",
        "zl 2020 1 0123456.7",
        "2020101234567",
        "专利号ZL202010123456.7",
        '"202010123456.7"',
        "ZL202010123456.7 焊接",
    ],
)
def test_a_patent_is_found_by_its_number_however_it_is_written(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index, typed: str
) -> None:
    make_result(factory, people, title="焊接夹具", patent_number="ZL 2020 1 0123456.7")
    make_result(factory, people, title="焊接夹具二", patent_number="202110123456.7")
    make_need(factory, people, title="出灰机", description="已有专利（专利号：ZL202010123456.7），用于焊接，还需完善。")
    index()
    assert set(open_page(client, "/results?q=" + quote(typed)).titles) == {"焊接夹具"}
    if "专利:" not in typed and "patent:" not in typed:
        assert set(open_page(client, "/needs?q=" + quote(typed)).titles) == {"出灰机"}


@pytest.mark.parametrize("typed", ["专利号:无", "patent:no", "-专利号:202010123456.7"])
def test_what_has_no_patent_is_found_by_either_word(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index, typed: str
) -> None:
    make_result(factory, people, title="焊接夹具", patent_number="ZL202010123456.7")
    make_result(factory, people, title="灌装线", patent_number="")
    index()
    assert set(open_page(client, "/results?q=" + quote(typed)).titles) == {"灌装线"}


def test_a_number_that_is_no_patents_is_looked_for_as_before(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people, title="转速12000000的电主轴", patent_number="")
    make_result(factory, people, title="价值12345678.9元的设备", patent_number="ZL202010123456.7")
    index()
    for typed, title in (("12000000", "转速12000000的电主轴"), ("12345678.9", "价值12345678.9元的设备")):
        assert open_page(client, f"/results?q={typed}").titles == [title]


def test_a_number_that_only_insiders_read_is_not_found(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    hidden = "在先专利ZL202010123456.7的改进。"
    make_result(factory, people, description=hidden, disclosure=Disclosure.NONE, patent_number="")
    index()
    assert open_page(client, "/results?q=ZL202010123456.7").titles == []


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


def test_a_snippet_shows_how_it_works_only_where_everybody_may_read_that(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    how = "先清洗工件。再用气动夹具压紧油箱四角。"
    make_result(factory, people, title="公开的", description=how, disclosure=Disclosure.PATENT_FILED)
    make_result(factory, people, title="保密的", description=how, disclosure=Disclosure.TRADE_SECRET)
    index()
    page = open_page(client, "/results?q=压紧油箱四角")
    assert page.titles == ["公开的"]
    assert "再用气动夹具<mark>压紧油箱四角</mark>" in page.text


def test_a_snippet_shows_the_indicator_that_matched(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_need(factory, people, title="储罐", indicators=[{"name": "耐盐雾时间", "value": "≥1000 小时"}])
    index()
    assert "<mark>耐盐雾时间</mark> ≥1000 小时" in client.get("/needs?q=耐盐雾时间").text


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


def test_what_is_found_here_says_how_much_the_other_catalogue_holds(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    """The box at the top of every page is for results and needs."""
    make_result(factory, people)
    for title in ("变压器油箱焊接变形", "箱体焊接变形"):
        make_need(factory, people, title=title, description="")
    index()
    there = r'<a href="([^"]*)">需求中也有</a> <span[^>]*>共找到 2 项</span>'
    found = re.search(there, client.get("/search?q=焊接", follow_redirects=True).text)
    assert found is not None
    assert len(open_page(client, found[1]).titles) == 2
    assert "成果中也有" in client.get(found[1]).text
    for nothing_there in ("/results?q=变压器油箱 焊接工装", "/results", "/results?q=量子"):
        assert "需求中也有" not in client.get(nothing_there).text


def test_a_search_that_holds_most_of_the_words_says_so(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, index: Index
) -> None:
    make_result(factory, people)
    index()
    page = open_page(client, "/results?q=变压器油箱 焊接 蒸馏")
    assert len(page.titles) == 1
    assert "没有成果包含您输入的全部内容" in page.text
