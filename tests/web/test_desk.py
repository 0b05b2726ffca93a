"""The desk of figures as an official uses it."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import openpyxl
import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.events import ListingMoved
from marketplace.listings.models import Decision
from tests.factories import make_result
from tests.figures import FigureWriter
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


@pytest.mark.parametrize(
    "url",
    [
        "/desk",
        "/desk?figure=A0",
        "/desk?figure=C5",
        "/desk/organisation?figure=A4",
        "/desk/rows?seller=-",
        "/desk?from=2025-01-01&to=2026-12-31",
        "/desk?figure=C9&over=year",
        "/desk?figure=C10&over=quarter",
        "/desk/rows?figure=C11",
        "/desk/rows?figure=C12&reason=price",
        "/desk/unit?figure=B1",
        "/desk/figures.xlsx?figure=C9",
        "/desk/figures.xlsx?figure=B1",
    ],
)
def test_an_official_opens_the_desk_before_anything_was_signed(browse: Browse, people: People, url: str) -> None:
    assert browse(people.city_official).get(url).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/desk?figure=A9",
        "/desk?from=yesterday",
        "/desk?from=2026-02-01&to=2026-01-01",
        "/desk?from=2026-01-01&to=9999-01-01",
        "/desk/rows?industry=x",
        "/desk/rows?figure=C12&reason=x",
        "/desk?over=week",
        "/desk/rows?basis=x",
    ],
)
def test_nonsense_in_the_address_is_refused_clearly(browse: Browse, people: People, url: str) -> None:
    assert browse(people.city_official).get(url).status_code == 422


def test_a_day_that_there_is_not_is_named_and_led_back_to_the_desk_without_it(browse: Browse, people: People) -> None:
    page = browse(people.city_official).get("/desk?figure=A4&from=2026-02-31&to=2026-11-01").text
    assert "“2026-02-31”不是有效日期" in page
    assert 'href="/desk?figure=A4&amp;to=2026-11-01"' in page
    assert "表单" not in page


def test_what_is_overdue_leads_to_the_list_and_says_why_they_differ(browse: Browse, people: People) -> None:
    page = browse(people.city_official).get("/desk?figure=C10").text
    assert 'href="/review/overdue"' in page
    assert "办理中的付款在核验之前仍计为逾期" in page


@pytest.mark.parametrize("url", ["/desk", "/desk/rows", "/desk/figures.xlsx"])
def test_the_desk_is_for_officials(browse: Browse, client: FlaskClient, people: People, url: str) -> None:
    assert browse(people.company).get(url).status_code == 404
    assert client.get(url).status_code == 303


def test_the_workbook_names_figure_period_and_county_lines(browse: Browse, people: People) -> None:
    with browse(people.city_official).get("/desk/figures.xlsx?from=2026-01-01&to=2026-03-31") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    about = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(min_row=2)}
    assert "2026-01-01 – 2026-03-31" in about.values()
    months = [row[0].value for row in book.worksheets[2].iter_rows(min_row=2)]
    assert months[:3] == ["2026-01", "2026-02", "2026-03"]


def test_quarters_and_years_are_their_months_together(
    browse: Browse, people: People, factory: UnitOfWorkFactory
) -> None:
    add = FigureWriter(factory, people)
    for number, day in enumerate((date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1)), 1):
        add.contract(number, "qingzhou", "gaomi", day, number * 10_000_000)
    official, span = browse(people.city_official), "from=2025-12-15&to=2026-11-20"
    with official.get(f"/desk/figures.xlsx?figure=A1&{span}") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    parts = {
        title: {row[0].value: row[1].value for row in book[title].iter_rows(min_row=2)}
        for title in ("按月份", "按季度", "按年度")
    }
    assert parts["按季度"] == {
        "2025-Q4": 100_000,
        "2026-Q1": 500_000,
        "2026-Q2": 400_000,
        "2026-Q3": 0,
        "2026-Q4": 0,
        "合计": 1_000_000,
    }
    assert parts["按年度"] == {"2025": 100_000, "2026": 900_000, "合计": 1_000_000}
    months = [value for month, value in parts["按月份"].items() if month != "合计"]
    assert sum(value for value in months if isinstance(value, int | float)) == 1_000_000
    page = official.get(f"/desk?figure=A1&over=quarter&{span}").text
    assert "from=2026-01-01&amp;to=2026-03-31" in page
    assert "from=2025-12-15&amp;to=2025-12-31" in page
    quarter = official.get("/desk/rows?figure=A1&from=2026-01-01&to=2026-03-31").text
    assert "¥ 500,000.00" in quarter


def test_how_things_stand_is_shown_at_the_end_of_each_month_and_adds_up_to_nothing(
    browse: Browse, people: People, factory: UnitOfWorkFactory
) -> None:
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        at = datetime(2026, 9, 15, tzinfo=UTC)
        decision = Decision(
            listing_id=result_id, at=at, action="approve", from_state="county_review", to_state="published"
        )
        uow.session.add(decision)
        uow.emit(ListingMoved("result", result_id, "approve", "county_review", "published"))
    official = browse(people.city_official)
    with official.get("/desk/figures.xlsx?figure=C9&from=2026-08-01&to=2026-11-20") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    levels = {row[0].value: row[1].value for row in book["各月末"].iter_rows(min_row=2)}
    assert levels == {"2026-08": 0, "2026-09": 1, "2026-10": 1, "2026-11": 1}
    page = official.get("/desk?figure=C9&from=2026-11-01&to=2026-11-20").text
    assert "各月末" in page
    assert "合计" not in page
    assert "变压器油箱自动焊接工装" in official.get("/desk/rows?figure=C9").text


def test_what_cannot_be_told_apart_by_county_is_not_for_a_county(browse: Browse, people: People) -> None:
    county = browse(people.county_official)
    assert county.get("/desk?figure=C9").status_code == 404
    for code in ("B1", "C10", "C11", "C12", "C13"):
        assert county.get(f"/desk?figure={code}").status_code == 200
