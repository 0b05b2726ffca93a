"""The numbers of patents, in all the ways people write them."""

import pytest

from marketplace.listings.patent_numbers import number_typed, numbers_in, numbers_of, without_gaps


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("ZL202010123456.7", ("202010123456",)),
        ("ZL 2020 1 0123456.X", ("202010123456",)),
        ("ＺＬ２０２０１０１２３４５６．７", ("202010123456",)),
        ("CN202010123456", ("202010123456",)),
        ("2020101234567", ("202010123456",)),
        ("ZL01234567.8", ("01234567",)),
        ("01234567.8", ("01234567",)),
        ("CN112345678B", ("CN112345678",)),
        ("US 10123456 B2", ("US10123456",)),
        ("WO2020/123456A1", ("WO2020123456",)),
        ("PCT/CN2020/123456", ("PCTCN2020123456",)),
        ("ZL202010123456.7、ZL202110123456.1", ("202010123456", "202110123456")),
        ("软著登字第1234567号", ("1234567",)),
        ("无", ()),
        ("ZL2026", ()),
    ],
)
def test_a_field_gives_one_form(written: str, numbers: tuple[str, ...]) -> None:
    assert numbers_of(written) == numbers


def test_a_text_gives_only_what_is_surely_a_number() -> None:
    text = (
        "已授权（专利号：ZL201310586887.2），产值12345678.9元，电话13800001111，条码6901234567892，2020年产10123456件。"
    )
    assert numbers_in(text) == ("201310586887",)


@pytest.mark.parametrize("text", ["焊接", "202010123456.7 焊接", "12345678", "13800001111", "6901234567892", ""])
def test_other_words_are_no_number(text: str) -> None:
    assert number_typed(text) is None


def test_gaps_are_closed_inside_numbers_alone() -> None:
    assert without_gaps("焊接 zl 2020 1 0123456.7 工装 12 3") == "焊接 zl202010123456.7 工装 12 3"
    assert without_gaps("标题:焊接 夹具") == "标题:焊接 夹具"
