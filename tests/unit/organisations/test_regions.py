"""The county of a cell that somebody typed into a spreadsheet."""

import pytest

from marketplace.organisations.regions import load_region


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("青州市", "qingzhou"),
        (" 青州 ", "qingzhou"),
        ("Qingzhou City", "qingzhou"),
        ("高新区", "hightech"),
        ("潍坊高新区", "hightech"),
        ("潍坊市高新区", "hightech"),
        ("潍坊高新技术产业开发区", "hightech"),
        ("潍坊滨海经济技术开发区", "binhai"),
        ("综保区", "baoshui"),
        ("峡山区", "xiashan"),
    ],
)
def test_it_is_known_by_what_people_write(typed: str, code: str) -> None:
    assert load_region("weifang").code_of(typed) == code


@pytest.mark.parametrize("typed", ["", "潍坊", "潍坊市", "济南市", "开发区", "区"])
def test_what_names_no_county_alone_is_no_county(typed: str) -> None:
    """经济开发区 is in several counties: a guess would put a contract into the wrong one."""
    assert load_region("weifang").code_of(typed) is None


def test_no_two_counties_are_written_alike() -> None:
    region = load_region("weifang")
    for county in region.counties:
        for written in (county.code, county.name, county.name_en, *county.also):
            assert region.code_of(written) == county.code
