"""The geometry of the bar chart: proportions are right, and a termination reaches below zero."""

from marketplace.statistics.chart import bar_chart


def test_bars_are_in_proportion_and_stand_on_the_zero_line() -> None:
    chart = bar_chart([("1", 10_000), ("2", 20_000), ("3", 0)])
    one, two, none = chart.bars
    assert two.height == 2 * one.height > 0
    assert none.height == 0
    assert one.y + one.height == two.y + two.height == chart.zero


def test_a_negative_month_hangs_below_the_zero_line() -> None:
    chart = bar_chart([("1", 30_000), ("2", -10_000)])
    up, down = chart.bars
    assert down.y == chart.zero
    assert up.height == 3 * down.height
    assert down.y + down.height <= chart.height - 34


def test_many_months_stay_inside_and_nothing_divides_by_zero() -> None:
    chart = bar_chart([(str(n), n * 100) for n in range(60)])
    assert all(chart.left <= bar.x and bar.x + bar.width <= chart.width for bar in chart.bars)
    assert bar_chart([]).bars == ()


def test_values_are_written_in_ten_thousand_yuan() -> None:
    chart = bar_chart([("1", 1_000_000), ("2", 1_234_500), ("3", -50_000_000)])
    assert [bar.value for bar in chart.bars] == ["1", "1.23", "-50"]
