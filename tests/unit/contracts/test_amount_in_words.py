"""Amounts in Chinese capitals, by the examples of 支付结算办法 and read back by an independent reader."""

import random
import re

import pytest

from marketplace.contracts.rules import amount_in_words
from marketplace.kernel.money import LARGEST_FEN

DIGITS = {word: value for value, word in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_back(words: str) -> int:
    """Fen from the words, by another way than they are written: 亿 and 万 split the text, digits weigh by their unit."""
    found = re.fullmatch(
        r"人民币(?:(.+)元)?(?:零)?(?:([壹贰叁肆伍陆柒捌玖])角)?(?:([壹贰叁肆伍陆柒捌玖])分)?整?", words
    )
    assert found, words
    yuan, jiao, single = found.groups()
    return whole(yuan or "") * 100 + DIGITS[jiao or "零"] * 10 + DIGITS[single or "零"]


def whole(words: str) -> int:
    for unit, value in (("亿", 10**8), ("万", 10**4)):
        if unit in words:
            high, low = words.rsplit(unit, 1) if unit == "亿" else words.split(unit, 1)
            return whole(high) * value + whole(low)
    total, digit = 0, 0
    for word in words:
        if word in UNITS:
            total, digit = total + digit * UNITS[word], 0
        else:
            digit = DIGITS[word]
    return total + digit


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "人民币零元整"),
        (1, "人民币壹分"),
        (10, "人民币壹角"),
        (100, "人民币壹元整"),
        (105, "人民币壹元零伍分"),
        (1_000, "人民币壹拾元整"),
        (140_950, "人民币壹仟肆佰零玖元伍角"),
        (600_714, "人民币陆仟零柒元壹角肆分"),
        (1_640_902, "人民币壹万陆仟肆佰零玖元零贰分"),
        (32_504, "人民币叁佰贰拾伍元零肆分"),
        (12_345_678_90, "人民币壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元玖角"),
        (10_000_000, "人民币壹拾万元整"),
        (10_000_100, "人民币壹拾万零壹元整"),
        (1_000_000_000_00, "人民币壹拾亿元整"),
        (1_000_000_001_00, "人民币壹拾亿零壹元整"),
        (10**15, "人民币壹拾万亿元整"),
    ],
)
def test_as_the_rules_write_it(fen: int, words: str) -> None:
    assert amount_in_words(fen) == words


def test_every_amount_up_to_200_yuan_reads_back() -> None:
    assert all(read_back(amount_in_words(fen)) == fen for fen in range(20_001))


def test_large_amounts_read_back_and_never_double_a_zero() -> None:
    rng = random.Random(7)
    amounts = [rng.randrange(LARGEST_FEN + 1) for _ in range(3_000)]
    amounts += [rng.randrange(10**4) * 10 ** rng.randrange(11) + rng.randrange(100) for _ in range(3_000)]
    for fen in amounts:
        words = amount_in_words(fen)
        assert read_back(words) == fen
        assert "零零" not in words
        assert not re.search("零[元万亿整]", words) or fen == 0
    assert len({amount_in_words(fen) for fen in set(amounts)}) == len(set(amounts))


def test_a_negative_amount_is_nothing_to_write() -> None:
    with pytest.raises(ValueError, match="not negative"):
        amount_in_words(-1)
