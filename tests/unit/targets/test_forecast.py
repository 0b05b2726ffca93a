"""The forecast on cases that can be counted by hand. Today is day 10,000; ten days are left unless a test says otherwise."""

from datetime import date

import pytest

from marketplace.targets.cases import Stays, chance_of
from marketplace.targets.forecast import forecast
from marketplace.targets.outlook import Change, Forecast, Item, Range, TooFew

TODAY = date.fromordinal(10_000)
LAST = date.fromordinal(10_010)


def item(since: int, ended: int | None, fen: int | None = 100, *, won: bool = True, county: str = "a") -> Item:
    """A deal that has been signing since a day."""
    return Item(county, fen, since, (("signing", since),), ended, won and ended is not None)


def weekly(many: int, rest: int, *, won: bool = True, before: int = 9_900) -> list[Item]:
    """Past deals, one a week, each signing for so many days."""
    return [item(before - 7 * number, before - 7 * number + rest, won=won) for number in range(many)]


def made(items: list[Item], changes: tuple[Change, ...] = ()) -> Forecast:
    return forecast(items, changes, TODAY, LAST)


def test_a_case_stood_as_long_was_followed_to_the_end_and_counts_if_it_was_won_in_time() -> None:
    stays = Stays.of(
        [
            item(9_900, 9_905),  # Won within ten days of its beginning; no longer there after thirty.
            item(9_900, 9_950, won=False),  # There after thirty days, and lost.
            item(9_900, 9_935),  # There after thirty days, and won five days later.
            item(9_995, 9_999),  # Its ten days are not over yet, so it proves nothing.
            item(9_980, None),  # Still open: it was not won in the ten days after its beginning.
        ]
    )
    assert chance_of(stays, "signing", 0, 10_000, 10) == (4, 1)
    assert chance_of(stays, "signing", 30, 10_000, 10) == (2, 1)
    assert chance_of(stays, "drafting", 0, 10_000, 10) == (0, 0)


def test_what_was_decided_long_ago_does_not_count() -> None:
    stays = Stays.of([item(10_000 - 3 * 365 - 40, 10_000 - 3 * 365 - 35)])
    assert chance_of(stays, "signing", 0, 10_000, 10) == (0, 0)


def test_cases_of_the_same_time_of_year_go_first_once_there_are_enough() -> None:
    quick = [item(10_000 - 365 + number, 10_000 - 365 + number + 3) for number in range(20)]
    slow = [item(10_000 - 180 - number, 10_000 - 100) for number in range(20)]
    assert chance_of(Stays.of([*quick, *slow]), "signing", 0, 10_000, 10) == (20, 20)
    assert chance_of(Stays.of([*quick[1:], *slow]), "signing", 0, 10_000, 10) == (39, 19)


def test_where_all_past_deals_came_into_force_in_time_so_do_those_that_wait() -> None:
    found = made([*weekly(40, 5), item(9_998, None, 700), item(9_999, None, 50, county="b")])
    assert found.city.waiting == 2
    assert found.city.from_waiting == Range(750, 750, 750)
    assert dict(found.counties)["a"].from_waiting == Range(700, 700, 700)
    assert dict(found.counties)["b"].from_waiting == Range(50, 50, 50)
    [chance] = found.chances
    assert (chance.cases, chance.won, chance.waiting, chance.fen) == (40, 40, 2, 750)


def test_where_none_did_nothing_is_expected() -> None:
    found = made([*weekly(40, 5, won=False), item(9_998, None, 700)])
    assert found.city.together == Range(0, 0, 0)


def test_where_half_of_them_did_about_half_is_and_the_range_says_how_sure_that_is() -> None:
    past = [*weekly(20, 5), *weekly(20, 5, won=False, before=9_897)]
    found = made([*past, *(item(9_998, None, 10) for _ in range(100))])
    waiting = found.city.from_waiting
    assert 450 <= waiting.middle <= 550
    assert 300 < waiting.low < waiting.middle < waiting.high < 700


def test_a_deal_without_an_offer_has_the_amount_of_some_past_one() -> None:
    found = made([*weekly(40, 5), item(9_998, None, None)])
    assert found.city.from_waiting == Range(100, 100, 100)


def test_deals_that_begin_later_come_as_often_as_before() -> None:
    # One a week, in force on the day it begins: of ten days one week and three days are left for new ones.
    found = made([item(10_000 - 7 * number, 10_000 - 7 * number) for number in range(60)])
    assert (found.new_cases, found.weeks) == (58, 52)
    assert found.city.from_new.low in {0, 100}
    assert found.city.from_new.high == 200
    assert found.city.from_waiting == Range(0, 0, 0)


def test_terminations_go_on_as_before() -> None:
    every_week = tuple(Change("a", 10_000 - 7 * number, -70) for number in range(1, 52))
    found = made(weekly(40, 5), every_week)
    assert found.city.from_changes == Range(-100, -100, -100), "one week, and three days of another"


def test_the_first_week_of_the_history_counts() -> None:
    eight_weeks = [item(9_945 + number, 9_946 + number) for number in range(40)]
    assert made(eight_weeks, (Change("a", 9_946, -700),)).city.from_changes.low < 0


def test_with_nineteen_past_cases_there_is_no_forecast_of_new_ones() -> None:
    with pytest.raises(TooFew) as few:
        made(weekly(19, 5))
    assert few.value.cases == 19


def test_with_nineteen_past_cases_there_is_no_forecast() -> None:
    with pytest.raises(TooFew) as few:
        made([*weekly(19, 5), item(9_998, None)])
    assert few.value.cases == 19
    made([*weekly(20, 5), item(9_998, None)])


def test_a_history_of_some_weeks_is_too_short() -> None:
    with pytest.raises(TooFew):
        made([item(9_960 + number, 9_962 + number) for number in range(30)])


def test_the_same_rows_give_the_same_range() -> None:
    items = [*weekly(40, 8), *weekly(30, 4, won=False, before=9_895), item(9_980, None, 333)]
    assert made(items) == made(list(items))


def test_what_came_later_than_today_is_not_looked_at() -> None:
    items = [*weekly(40, 8), *weekly(30, 4, won=False, before=9_895)]
    known = made([*items, item(9_990, None, 333)])
    later = made([*items, item(9_990, 10_004, 333), item(10_001, 10_002, 5_000)])
    assert known == later


def test_lines_that_are_due_later_are_paid_as_late_as_past_ones() -> None:
    def line(due: int, paid: int | None) -> Item:
        return Item("a", 100, due - 30, (("due", due),), paid, paid is not None)

    past = [line(9_900 - 7 * number, 9_903 - 7 * number) for number in range(40)]
    in_time, too_late = line(10_007, None), line(10_008, None)
    assert made([*past, in_time]).city.from_waiting == Range(100, 100, 100)
    assert made([*past, too_late]).city.from_waiting == Range(0, 0, 0)
    assert made([*past, in_time, too_late]).city.waiting == 2
