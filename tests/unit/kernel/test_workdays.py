"""Terms counted in Chinese working days, around holidays, make-up days and the end of the table."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.workdays import (
    HOLIDAYS,
    add_working_days,
    is_working_day,
    table_covers,
    working_days_between,
)

DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 11, 20), True),  # an ordinary Friday
        (date(2026, 11, 21), False),  # an ordinary Saturday
        (date(2026, 10, 7), False),  # a Wednesday in the National Day holiday
        (date(2026, 10, 10), True),  # the Saturday that makes up for it
        (date(2026, 2, 14), True),  # the Saturday before the Spring Festival
        (date(2025, 1, 26), True),  # the Sunday before the Spring Festival
        (date(2023, 9, 29), False),  # Mid-Autumn, a Friday
    ],
)
def test_holidays_and_make_up_days(day: date, open_: bool) -> None:
    assert is_working_day(day) is open_


# Working days of a year by the official notices.
@pytest.mark.parametrize(("year", "days"), [(2023, 249), (2024, 251), (2025, 248), (2026, 248)])
def test_a_year_has_its_number_of_working_days(year: int, days: int) -> None:
    assert working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == days


def test_fifteen_working_days_over_the_spring_festival_of_2026() -> None:
    # From Monday 9 February: 10–14 (the 14th is a make-up Saturday), then the holiday to the 23rd, 24–28, 2–6 March.
    assert add_working_days(date(2026, 2, 9), 15) == date(2026, 3, 6)


def test_the_first_day_does_not_count() -> None:
    assert add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert add_working_days(date(2026, 11, 21), 0) == date(2026, 11, 21)


def test_a_term_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2026, 11, 20), -1)


def test_nothing_has_passed_before_the_beginning() -> None:
    assert working_days_between(date(2026, 11, 20), date(2026, 11, 20)) == 0
    assert working_days_between(date(2026, 11, 20), date(2026, 11, 1)) == 0


@given(DAYS, st.integers(0, 60))
def test_counting_is_the_reverse_of_adding(day: date, n: int) -> None:
    end = add_working_days(day, n)
    assert working_days_between(day, end) == n
    assert n == 0 or is_working_day(end)


def test_past_the_table_only_weekends_are_free() -> None:
    assert not table_covers(date(2029, 10, 1))
    assert is_working_day(date(2029, 10, 1))
    assert not is_working_day(date(2029, 10, 6))
    assert table_covers(date(2026, 12, 31))


def test_another_table_by_its_path(tmp_path: Path) -> None:
    table = tmp_path / "holidays.toml"
    table.write_text(
        "[2029]\nsource = 'a notice'\nworking = [2029-10-06]\n"
        "holidays = [{ name = '国庆节', first = 2029-10-01, last = 2029-10-05 }]\n"
    )
    assert add_working_days(date(2029, 9, 28), 1, table) == date(2029, 10, 6)
    assert table_covers(date(2029, 1, 1), table)
    assert not table_covers(date(2026, 1, 1), table)


def test_a_holiday_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "holidays.toml"
    table.write_text("[2029]\nworking = []\nholidays = [{ first = 2029-10-05, last = 2029-10-01 }]\n")
    with pytest.raises(ValueError, match="before it begins"):
        is_working_day(date(2029, 10, 1), table)


def test_the_table_is_sound() -> None:
    for year, entry in tomllib.loads(HOLIDAYS.read_text(encoding="utf-8")).items():
        free = {
            one["first"] + timedelta(days=n)
            for one in entry["holidays"]
            for n in range((one["last"] - one["first"]).days + 1)
        }
        assert {day.year for day in free | set(entry["working"])} == {int(year)}
        assert all(day.weekday() >= 5 for day in entry["working"]), "a make-up day is a weekend day"
        assert not free & set(entry["working"])
        assert entry["source"].startswith("国办发明电")
