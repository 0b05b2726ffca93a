"""Published figures in the browser: what everybody sees, what only officials of the city do, and the files."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.statistics import service, snapshot_queries
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.service import Wanted
from tests.figures import FigureWriter
from tests.pdfs import pdf_text
from tests.personas import People, actor_in, another_city_official
from tests.publishing import FIRST, publish_quarter, write_quarter

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def number(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> str:
    """A published snapshot of five contracts: four sold by 青州, one by 诸城."""
    write_quarter(factory, people, clock)
    return publish_quarter(factory, people, clock)


def content(client: FlaskClient, url: str) -> bytes:
    """A file that is downloaded."""
    with client.get(url) as answer:
        assert answer.status_code == 200
        return bytes(answer.data)


def test_everybody_reads_published_figures(client: FlaskClient, number: str) -> None:
    assert number in client.get("/reports").text
    page = client.get(f"/reports/{number}").text
    assert "¥ 107,000.00" in page
    assert "褚工会" not in page
    assert "xlsx" not in page


def test_small_parts_are_hidden_from_the_public_and_cannot_be_reckoned(
    browse: Browse, client: FlaskClient, people: People, number: str
) -> None:
    """诸城 has one contract. Were it alone hidden, the total less 青州 would tell it, in this figure or in another one."""
    public, office = (
        client.get(f"/reports/{number}/A1").text,
        browse(people.city_official).get(f"/reports/{number}/A1").text,
    )
    assert "¥ 7,000.00" in office
    assert "¥ 100,000.00" in office
    assert "¥ 7,000.00" not in public
    for code in ("C4", "C5", "C8"):
        county = browse(people.county_official).get(f"/reports/{number}/{code}").text
        assert client.get(f"/reports/{number}/{code}").text.count("笔数过少") == county.count("笔数过少") > 0
    assert "¥ 100,000.00" not in public


def test_open_data_hides_the_same_parts_and_names_nobody(client: FlaskClient, number: str) -> None:
    table = content(client, f"/reports/{number}/figures.csv").decode("utf-8-sig")
    heads, *lines = csv.reader(io.StringIO(table))
    rows = [dict(zip([head.split(" ")[0] for head in heads], line, strict=True)) for line in lines]
    a1 = {(row["dimension"], row["part"]): row for row in rows if row["figure"] == "A1"}
    assert a1["total", ""]["value"] == "10700000"
    assert (a1["seller", "zhucheng"]["value"], a1["seller", "zhucheng"]["hidden"]) == ("", "1")
    assert (a1["seller", "qingzhou"]["value"], a1["seller", "qingzhou"]["hidden"]) == ("", "1")
    assert (a1["buyer", "shouguang"]["value"], a1["buyer", "shouguang"]["count"]) == ("10700000", "5")
    assert a1["seller", "gaomi"]["hidden"] == "0"
    assert "青州前程机械有限公司" not in table
    assert "value (fen or number) 数值（金额以分计）" in heads
    total = a1["total", ""]
    about = [total[key] for key in ("title", "first", "last", "as_of", "figure_zh", "figure_en", "dimension_en")]
    period = ["2026-01-01", "2026-03-31", "2026-04-09"]
    assert about == ["一季度转化统计", *period, "签约金额（A1）", "Contracted amount (A1)", "Total"]
    buyer = a1["buyer", "shouguang"]
    assert [buyer[key] for key in ("dimension_zh", "dimension_en", "part_zh", "part_en")] == [
        "受让方所在县市区",
        "County of the buyer",
        "寿光市",
        "Shouguang City",
    ]
    c8 = next(row for row in rows if (row["figure"], row["dimension"]) == ("C8", "total"))
    assert (c8["value"], c8["whole"], c8["share"]) == ("0", "5", "0")


def test_where_nothing_is_nothing_is_said_to_be_hidden(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    """In 高密 and in January there is a letter of intent, and no contract; the quarter is all there is."""
    writer = write_quarter(factory, people, clock)
    writer.letters(20, "gaomi", "shouguang", [5_000_000], [datetime(2026, 1, 5, 4, tzinfo=UTC)])
    number = publish_quarter(factory, people, clock)
    body = client.get(f"/api/v1/snapshots/{number}").json
    assert body is not None
    told = {
        (one["code"], part["dimension"], part["part"]): (part["value"], part["hidden"])
        for one in body["figures"]
        for part in one["parts"]
    }
    total = next(one["value"] for one in body["figures"] if one["code"] == "A1")
    assert told["A1", "seller", "gaomi"] == told["A1", "month", "2026-01"] == (0, False)
    assert told["A1", "quarter", "2026-Q1"] == told["A1", "year", "2026"] == (total, False)
    assert told["A1", "seller", "qingzhou"] == told["A1", "month", "2026-02"] == (None, True)
    assert told["A0", "seller", "gaomi"] == (5_000_000, False)


def test_a_chart_with_nothing_to_see_is_not_drawn(
    browse: Browse, client: FlaskClient, people: People, number: str
) -> None:
    assert "<svg viewBox" in browse(people.city_official).get(f"/reports/{number}/A1").text
    assert "<svg viewBox" not in client.get(f"/reports/{number}/A1").text


def test_the_api_says_the_same(client: FlaskClient, number: str) -> None:
    assert [one["number"] for one in client.get("/api/v1/snapshots").json["items"]] == [number]  # type: ignore[index]
    body = client.get(f"/api/v1/snapshots/{number}").json
    assert body is not None
    a1 = next(one for one in body["figures"] if one["code"] == "A1")
    parts = {(one["dimension"], one["part"]): one for one in a1["parts"]}
    assert (a1["value"], a1["count"]) == (10_700_000, 5)
    assert (parts["seller", "zhucheng"]["hidden"], parts["seller", "zhucheng"]["value"]) == (True, None)
    assert (parts["seller", "gaomi"]["hidden"], parts["seller", "gaomi"]["value"]) == (False, 0)
    assert client.get("/api/v1/snapshots/2026-9999").status_code == 404


@pytest.mark.parametrize("path", ["figures.xlsx", "brief.pdf", "report.pdf", "A1/rows"])
def test_rows_and_full_files_are_for_officials_of_the_city(
    browse: Browse, client: FlaskClient, people: People, number: str, path: str
) -> None:
    url = f"/reports/{number}/{path}"
    assert client.get(url).status_code == 303
    assert browse(people.company).get(url).status_code == 404
    assert browse(people.county_official).get(url).status_code == 404
    assert content(browse(people.city_official), url)


def test_the_rows_of_the_workbook_add_up_to_the_figure(browse: Browse, people: People, number: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content(browse(people.city_official), f"/reports/{number}/figures.xlsx")))
    figures = {row[0].value: row[2].value for row in book.worksheets[1].iter_rows(min_row=2)}
    sheet = next(one for one in book.worksheets if one.title == "A1 明细")
    heads = [cell.value for cell in sheet[1]]
    place = heads.index("签约金额（A1）（元）")
    amounts = [row[place].value for row in sheet.iter_rows(min_row=2)]
    assert sum(one for one in amounts if isinstance(one, int | float)) == figures["签约金额（A1）"] == 107_000


def test_a_percentage_of_the_workbook_is_a_number(browse: Browse, people: People, number: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content(browse(people.city_official), f"/reports/{number}/figures.xlsx")))
    shares = [row[1] for row in book.worksheets[1].iter_rows(min_row=2) if row[1].value is not None]
    assert shares
    assert all(isinstance(cell.value, int | float) and cell.number_format == "0.0%" for cell in shares)


def test_the_kind_of_a_cut_is_headed_by_its_own_words(browse: Browse, people: People, number: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content(browse(people.city_official), f"/reports/{number}/figures.xlsx")))
    assert [cell.value for cell in book["分项"][1]][:3] == ["指标", "分项口径", "分项"]


def test_the_page_on_paper_carries_number_code_and_the_same_figures(
    browse: Browse, people: People, number: str
) -> None:
    text = pdf_text(content(browse(people.city_official), f"/reports/{number}/brief.pdf"))
    assert number in text
    assert f"/reports/{number}" in text
    assert "¥107,000.00" in text
    assert "未发布" not in text


def test_freezing_asks_for_another_official(
    browse: Browse, people: People, factory: UnitOfWorkFactory, clock: SetClock
) -> None:
    clock.at = datetime(2026, 4, 10, 4, tzinfo=UTC)
    author = browse(people.city_official)
    form = {
        "title": "一季度",
        "first_on": "2026-01-01",
        "last_on": "2026-03-31",
        "as_of": "2026-04-09",
        "codes": ["A1"],
    }
    answer = author.post("/reports/new", data=form)
    assert answer.status_code == 303
    url = answer.headers["Location"]
    assert f'action="{url}/publish"' not in author.get(url).text
    other = browse(another_city_official(factory))
    assert f'action="{url}/publish"' in other.get(url).text
    assert other.post(f"{url}/return", data={"reason": ""}).status_code == 200
    assert other.post(f"{url}/publish").status_code == 303


def test_frozen_figures_wait_in_the_queue_of_other_officials_of_the_city(
    browse: Browse, people: People, factory: UnitOfWorkFactory, clock: SetClock
) -> None:
    clock.at = datetime(2026, 4, 10, 4, tzinfo=UTC)
    with factory.writing(people.city_official) as uow:
        made = service.freeze(uow, Wanted("一季度转化统计", FIRST, date(2026, 4, 9), [FigureCode.A1]))
    link = f"/reports/waiting/{made.id}"
    other = browse(another_city_official(factory))
    [row] = [one for one in other.get("/review").text.split("</tr>") if link in one]
    assert "全市" in row
    assert other.get(link).headers["Location"] == f"/reports/{made.number}"
    for actor in (people.city_official, people.county_official):
        assert link not in browse(actor).get("/review").text
    assert browse(people.county_official).get(link).status_code == 404


def test_what_was_typed_stays_when_it_is_refused(browse: Browse, people: People, clock: SetClock) -> None:
    clock.at = datetime(2026, 4, 10, 4, tzinfo=UTC)
    form = {
        "title": "很长的标题",
        "first_on": "2026-03-31",
        "last_on": "2026-01-01",
        "as_of": "2026-04-09",
        "codes": ["A1"],
    }
    page = browse(people.city_official).post("/reports/new", data=form).text
    assert "很长的标题" in page
    assert 'aria-invalid="true"' in page


def test_what_is_not_published_is_not_there(
    client: FlaskClient, browse: Browse, people: People, factory: UnitOfWorkFactory, clock: SetClock
) -> None:
    clock.at = datetime(2026, 4, 10, 4, tzinfo=UTC)
    with factory.writing(people.city_official) as uow:
        made = service.freeze(uow, Wanted("一季度", FIRST, date(2026, 4, 9), [FigureCode.A1]))
    assert client.get(f"/api/v1/snapshots/{made.number}").status_code == 404
    for path in ("", "/A1", "/figures.csv"):
        assert client.get(f"/reports/{made.number}{path}").status_code == 404
        assert browse(people.county_official).get(f"/reports/{made.number}{path}").status_code == 404
    assert client.get("/reports/2026-9999").status_code == 404


def test_a_correction_takes_another_title_and_names_what_differs(
    browse: Browse, people: People, factory: UnitOfWorkFactory, clock: SetClock, number: str
) -> None:
    writer = FigureWriter(factory, people)
    writer.contract(21, "gaomi", "shouguang", date(2026, 3, 20), 5_500_000)
    clock.at = datetime(2026, 4, 20, 4, tzinfo=UTC)
    official = browse(people.city_official)
    assert 'value="一季度转化统计"' in official.get(f"/reports/{number}/correct").text
    form = {"title": "x" * 81, "as_of": "2026-04-19", "note": "补录高密一份合同"}
    assert "field-error" in official.post(f"/reports/{number}/correct", data=form).text
    form["title"] = "一季度转化统计（更正）"
    url = official.post(f"/reports/{number}/correct", data=form).headers["Location"]
    page = official.get(url).text
    assert "标题有变动：原为“一季度转化统计”，现为“一季度转化统计（更正）”。" in page
    assert "entry:6" in page
    for words in ("转化项目21", "所依据的文本", "2026年3月20日，2026年4月10日入账", "分子／分母"):
        assert words in page
    book = openpyxl.load_workbook(io.BytesIO(content(official, f"{url}/figures.xlsx")))
    heads, *rows = [[cell.value for cell in row] for row in book["差异"].iter_rows()]
    assert heads[2:7] == ["记录类型", "记录", "标题", "日期", "入账时刻"]
    assert ["所依据的文本", "entry:6"] in [row[2:4] for row in rows]
    assert ["所更正的那一期标题", "一季度转化统计"] in [
        [cell.value for cell in row] for row in book.worksheets[0].iter_rows()
    ]


def frozen_by(factory: UnitOfWorkFactory, author: Actor) -> str:
    """The number of a quarter's signed amount that waits for another official."""
    with factory.writing(author) as uow:
        return service.freeze(uow, Wanted("一季度", FIRST, date(2026, 4, 9), [FigureCode.A1, FigureCode.C5])).number


def test_whoever_publishes_is_told_first_which_totals_tell_of_single_contracts(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, browse: Browse
) -> None:
    said, second = "不足三个", another_city_official(factory)
    clock.at = datetime(2026, 3, 31, 4, tzinfo=UTC)
    writer = FigureWriter(factory, people)
    for place in range(2):
        writer.contract(place, "qingzhou", "shouguang", date(2026, 3, 10), 1_000_000)
    clock.at = datetime(2026, 4, 10, 4, tzinfo=UTC)
    number = frozen_by(factory, people.city_official)
    page = browse(second).get(f"/reports/{number}").text
    assert said in page
    assert re.findall(r"<li>([^<]+) \((\d)\)</li>", page) == [("签约金额（A1）", "2"), ("合同到账率（C5）", "2")]
    assert said not in browse(people.city_official).get(f"/reports/{number}").text


def test_whoever_publishes_a_correction_is_told_of_how_few_the_difference_tells(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, browse: Browse, number: str
) -> None:
    FigureWriter(factory, people).contract(7, "qingzhou", "shouguang", date(2026, 3, 20), 300_000)
    clock.at = datetime(2026, 4, 20, 4, tzinfo=UTC)
    with factory.writing(people.city_official) as uow:
        old = snapshot_queries.snapshot_of(uow, number).id
        new = service.correct(uow, old, date(2026, 4, 19), "补录一份合同").number
        second = actor_in(uow.session, uow.session.scalars(select(User).where(User.name == "沈工会")).one())
    page = browse(second).get(f"/reports/{new}").text
    assert "本次更正所涉合同（或单位）不足三个" in page
