"""The geometry of the bar chart: proportions are right, and a termination reaches below zero."""

from decimal import Decimal

from marketplace.statistics.chart import bar_chart, chart_of
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.rules import Figure, FigureCode


def test_bars_are_in_proportion_and_stand_on_the_zero_line() -> None:
    chart = bar_chart([("1", Decimal(10)), ("2", Decimal(20)), ("3", Decimal(0))])
    one, two, none = chart.bars
    assert two.height == 2 * one.height > 0
    assert none.height == 0
    assert one.y + one.height == two.y + two.height == chart.zero


def test_a_negative_month_hangs_below_the_zero_line() -> None:
    chart = bar_chart([("1", Decimal(3)), ("2", Decimal(-1))])
    up, down = chart.bars
    assert down.y == chart.zero
    assert up.height == 3 * down.height
    assert down.y + down.height <= chart.height - 34


def test_many_months_stay_inside_and_nothing_divides_by_zero() -> None:
    chart = bar_chart([(str(n), Decimal(n)) for n in range(60)])
    assert all(chart.left <= bar.x and bar.x + bar.width <= chart.width for bar in chart.bars)
    assert bar_chart([]).bars == ()


def test_amounts_are_written_in_ten_thousand_yuan() -> None:
    months = [("1", Figure(1_000_000)), ("2", Figure(1_234_500)), ("3", Figure(-50_000_000))]
    chart = chart_of(DEFINITIONS[FigureCode.A1], months)
    assert [bar.text for bar in chart.bars] == ["1", "1.23", "-50"]


def test_shares_are_written_in_per_cent_and_numbers_as_they_are() -> None:
    shares = chart_of(DEFINITIONS[FigureCode.C2], [("1", Figure(1, 3, 3)), ("2", Figure())])
    numbers = chart_of(DEFINITIONS[FigureCode.C1], [("1", Figure(12, 12))])
    assert [bar.text for bar in (*shares.bars, *numbers.bars)] == ["33.33", "0", "12"]
