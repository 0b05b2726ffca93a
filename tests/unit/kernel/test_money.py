"""Money never loses a fen, and amounts are read as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.money import Money, parse_yuan


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10_000), min_size=1, max_size=20).filter(sum))
def test_a_split_adds_up_and_is_fair_to_the_fen(fen: int, weights: list[int]) -> None:
    parts = Money(fen).split(tuple(weights))
    assert sum(part.fen for part in parts) == fen
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.fen * sum(weights) - fen * weight) < sum(weights)


def test_the_largest_remainder_gets_the_odd_fen() -> None:
    assert [part.fen for part in Money(100).split((1, 1, 1))] == [34, 33, 33]
    assert [part.fen for part in Money(101).split((1, 2))] == [34, 67]


@pytest.mark.parametrize("weights", [(0, 0), (1, -1)])
def test_senseless_weights_are_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(1).split(weights)


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="cannot mix"):
        Money(1) + Money(1, "USD")


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("120000", 12_000_000),
        ("1,200.50", 120_050),
        ("￥1，200．5", 120_050),
        ("12万", 12_000_000),
        ("12.5 万元", 12_500_000),
        ("０", 0),
        (" 0.01元 ", 1),
    ],
)
def test_amounts_as_people_type_them(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1.234", "-5", "1e400", "1e999999", "nan", "sNaN", "inf", "99999999999999", "9" * 5000, "十万", "1..2"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_yuan(text)
