"""Which parts of published figures everybody sees: none that tells of single contracts, also not by way of another figure."""

from datetime import UTC, date, datetime

from marketplace.statistics.columns import Columns, columns_of_rows
from marketplace.statistics.disclosure import hidden_parts, kept_back, still_standing
from marketplace.statistics.queries import FigureRow
from marketplace.statistics.rules import Dimension

DIMENSIONS = (Dimension.SELLER,)


def figure(**deals: list[int]) -> Columns:
    """A figure by county of the seller: the deals its rows are of."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        FigureRow(f"entry:{number}", deal, date(2026, 1, 1), at, 100, 0, 1, {"seller": county})
        for number, (county, deal) in enumerate((county, deal) for county, of in deals.items() for deal in of)
    ]
    return columns_of_rows(DIMENSIONS, rows)


def hidden(*figures: Columns) -> set[object]:
    return set(hidden_parts(figures)[Dimension.SELLER])


def test_a_part_of_three_deals_is_shown() -> None:
    assert hidden(figure(qingzhou=[1, 2, 3], gaomi=[4, 5, 6])) == set()


def test_three_payments_of_one_deal_are_one_deal() -> None:
    assert hidden(figure(qingzhou=[1, 1, 1], gaomi=[2, 3], shouguang=[4, 5, 6])) == {"qingzhou", "gaomi"}


def test_one_hidden_part_alone_takes_the_next_smallest_with_it() -> None:
    assert hidden(figure(qingzhou=[1], gaomi=[2, 3, 4, 5], shouguang=[6, 7, 8])) == {"qingzhou", "shouguang"}


def test_what_one_figure_hides_another_does_not_tell() -> None:
    contracts = figure(qingzhou=[1], gaomi=[2, 3, 4, 5], shouguang=[6, 7, 8])
    payments = figure(gaomi=[2, 3, 4], shouguang=[6, 7, 8], zhucheng=[9, 10, 11])
    found = hidden(contracts, payments)
    assert {"qingzhou", "shouguang"} <= found
    assert len(found & {"gaomi", "shouguang", "zhucheng"}) >= 2


def kept(one: Columns, akin: list[Columns], others: list[Columns]) -> set[object]:
    return set(kept_back(hidden_parts([one, *akin, *others]), [one, *akin])[Dimension.SELLER])


def test_a_part_without_any_row_is_shown_as_nothing() -> None:
    """A letter of intent in 高密 hides it there; of contracts it has none."""
    contracts = figure(qingzhou=[1], shouguang=[2, 3], zhucheng=[6, 7, 8])
    letters = figure(gaomi=[9], weicheng=[10])
    assert kept(contracts, [], [letters]) == {"qingzhou", "shouguang"}
    assert kept(letters, [], [contracts]) == {"gaomi", "weicheng"}


def test_a_zero_stays_hidden_where_a_figure_of_the_same_deals_has_rows() -> None:
    """In 高密 a contract of last year was terminated: signed amount less agreed amount is what was terminated."""
    signed = figure(qingzhou=[1], shouguang=[2], gaomi=[3])
    agreed = figure(qingzhou=[1], shouguang=[2])
    assert kept(agreed, [signed], []) == {"qingzhou", "shouguang", "gaomi"}


def test_the_only_part_there_is_is_the_total() -> None:
    assert kept(figure(gaomi=[1]), [figure(gaomi=[1])], [figure(qingzhou=[2], gaomi=[3])]) == set()


def test_nothing_is_hidden_of_nothing() -> None:
    assert hidden(figure()) == set()


def test_of_own_use_only_units_with_something_left_count() -> None:
    """Three units of a county declared, and two have taken it back: the third one's amount alone would be told."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    gaomi = [(1, 100), (2, 70), (3, 50), (1, -100), (2, -30), (2, -40)]
    others = [("shouguang", unit, 10) for unit in (4, 5, 6)] + [("zhucheng", 7, 10), ("zhucheng", 7, -10)]
    values = [("gaomi", *one) for one in gaomi] + others
    rows = [
        FigureRow(f"benefit:{number}", None, date(2025, 12, 31), at, value, 0, 0, {"county": county, "unit": unit})
        for number, (county, unit, value) in enumerate(values)
    ]
    two = (Dimension.COUNTY, Dimension.UNIT)
    county = hidden_parts([columns_of_rows(two, rows[:3] + rows[6:])])[Dimension.COUNTY]
    assert county == set()
    assert hidden_parts([columns_of_rows(two, rows)])[Dimension.COUNTY] == {"gaomi", "shouguang"}


def test_of_a_stock_only_what_still_stands_counts() -> None:
    """Three deals were late in one county, and two of them are no longer: the third alone would be told."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    values = [(1, 100), (2, 100), (3, 100), (1, -100), (2, -60), (2, -40)]
    rows = [
        FigureRow(f"late:{number}", deal, date(2026, 1, 1), at, value, 0, 0, {"seller": "gaomi"})
        for number, (deal, value) in enumerate(values)
    ]
    columns = columns_of_rows(DIMENSIONS, rows)
    assert hidden(columns) == set()
    assert hidden(still_standing(columns)) == {"gaomi"}
