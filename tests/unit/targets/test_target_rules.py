"""How far the year has gone, and what is said of a target."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from marketplace.digests.rules import due_monday, week_before
from marketplace.kernel.clock import day_begins
from marketplace.kernel.errors import InvalidInput
from marketplace.statistics.rules import Period
from marketplace.targets.rules import Standing, require_year, share_gone, straight_line


@pytest.mark.parametrize(
    ("day", "share"),
    [
        (date(2025, 12, 31), Fraction(0)),
        (date(2026, 1, 1), Fraction(1, 365)),
        (date(2026, 11, 20), Fraction(324, 365)),
        (date(2026, 12, 31), Fraction(1)),
        (date(2027, 6, 1), Fraction(1)),
    ],
)
def test_a_day_counts_once_it_is_over(day: date, share: Fraction) -> None:
    assert share_gone(2026, day) == share


def test_a_leap_year_has_a_day_more() -> None:
    assert share_gone(2028, date(2028, 12, 30)) == Fraction(365, 366)


def test_a_straight_line_goes_on_as_before() -> None:
    assert straight_line(100, Fraction(1, 4)) == 400
    assert straight_line(-30, Fraction(1, 2)) == -60


def test_a_target_is_compared_with_the_year() -> None:
    gone = Fraction(1, 2)
    assert Standing(200, 150).share == Fraction(3, 4)
    assert Standing(200, 150).ahead(gone) == Fraction(1, 4)
    assert Standing(200, 50).ahead(gone) == Fraction(-1, 4)
    assert Standing(None, 50).ahead(gone) is None
    assert Standing(0, 50).share is None


@pytest.mark.parametrize("year", [2019, 2032])
def test_a_year_is_one_somebody_can_mean(year: int) -> None:
    with pytest.raises(InvalidInput):
        require_year(year, date(2026, 11, 20))


def test_a_digest_is_due_from_monday_eight_in_china_for_three_days() -> None:
    monday = date(2026, 11, 23)
    hours = {hour: due_monday(day_begins(monday) + timedelta(hours=hour)) for hour in (7, 8, 79, 80)}
    assert hours == {7: None, 8: monday, 79: monday, 80: None}


def test_the_week_of_a_digest_may_lie_in_two_years() -> None:
    assert week_before(date(2027, 1, 4)) == Period(date(2026, 12, 28), date(2027, 1, 3))
