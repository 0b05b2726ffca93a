"""How the cells of an official's sheet are understood."""

from datetime import date

import pytest

from marketplace.kernel.errors import InvalidInput
from marketplace.listings import importing_cells as cells
from marketplace.listings.importing_cells import Cell, Surroundings
from marketplace.listings.importing_words import word_of
from marketplace.listings.rules import Category, Industry, Maturity, Way
from marketplace.organisations.regions import load_region
from tests.architecture.test_translations import catalogue

SURROUNDINGS = Surroundings(load_region("weifang"), date(2026, 11, 20))


def cell(text: str, header: str = "列") -> Cell:
    return Cell(text, header, SURROUNDINGS)


@pytest.mark.parametrize(
    ("text", "header", "expected"),
    [
        ("", "预算", (None, None)),
        ("面议", "预算", (None, None)),
        ("50万", "预算", (None, 50_000_000)),
        ("30", "预算（万元）", (None, 30_000_000)),
        ("300000", "预算", (None, 30_000_000)),
        ("10-20万元", "预算", (10_000_000, 20_000_000)),
        ("10万~20万", "预算", (10_000_000, 20_000_000)),
        ("10至20", "预算(万元)", (10_000_000, 20_000_000)),
        ("20-10", "预算(万元)", (10_000_000, 20_000_000)),
        ("不超过5万元", "预算", (None, 5_000_000)),
        ("100000元-20万", "预算", (10_000_000, 20_000_000)),
    ],
)
def test_budgets(text: str, header: str, expected: tuple[int | None, int | None]) -> None:
    assert cells.amounts(cell(text, header)) == expected


@pytest.mark.parametrize("text", ["很多钱", "1-2-3万", "-", "10-很多", "1.234"])
def test_what_is_no_budget(text: str) -> None:
    if text == "-":
        assert cells.amounts(cell(text)) == (None, None)
        return
    with pytest.raises(InvalidInput):
        cells.amounts(cell(text))


@pytest.mark.parametrize(
    "text", ["2027-06-30", "2027/6/30", "2027.6.30", "2027年6月30日", "20270630", "2027-06-30 00:00"]
)
def test_days(text: str) -> None:
    assert cells.day_ahead(cell(text)) == date(2027, 6, 30)


def test_today_has_not_passed() -> None:
    assert cells.day_ahead(cell("2026-11-20")) == date(2026, 11, 20)


@pytest.mark.parametrize("text", ["2026-11-19", "2027-02-30", "昨天", "30/06/2027"])
def test_what_is_no_day_ahead(text: str) -> None:
    with pytest.raises(InvalidInput):
        cells.day_ahead(cell(text))


@pytest.mark.parametrize("text", ["青州市", "青州", "潍坊市青州市", "山东省潍坊市青州市", "qingzhou"])
def test_counties(text: str) -> None:
    assert cells.county(cell(text)) == "qingzhou"


def test_a_county_of_another_city_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        cells.county(cell("火星县"))
    assert refused.value.params["text"] == "火星县"


def test_several_ways_in_one_cell() -> None:
    assert cells.ways(cell("技术服务、许可；转让")) == ["licence", "assignment", "service"]
    assert cells.ways(cell("")) == []
    with pytest.raises(InvalidInput):
        cells.ways(cell("许可、送给你"))


@pytest.mark.parametrize("enum", [Industry, Category, Maturity, Way])
def test_every_word_that_the_pages_show_is_understood(enum: type[Industry]) -> None:
    for member in enum:
        shown = catalogue().get(member.label)
        assert shown is not None
        for word in (member.value, member.label, str(shown.string)):
            assert word_of(enum, word) is member
