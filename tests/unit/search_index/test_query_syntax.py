"""What is typed into the box, taken apart; nothing that can be typed is an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_index.document import TITLE, Clause
from search_index.query_syntax import parse

FIELDS = {"title": TITLE, "标题": TITLE, "unit": "unit", "单位": "unit"}


def no(text: str, field: str = "", *, phrase: bool = False) -> Clause:
    return Clause(text, field, phrase=phrase, excluded=True)


def quoted(text: str, field: str = "") -> Clause:
    return Clause(text, field, phrase=True)


@pytest.mark.parametrize(
    ("typed", "clauses"),
    [
        ("变压器 焊接", [Clause("变压器"), Clause("焊接")]),
        ('"高温 材料" 焊接', [quoted("高温 材料"), Clause("焊接")]),
        ("“高温材料”", [quoted("高温材料")]),
        ("「高温材料」焊接", [quoted("高温材料"), Clause("焊接")]),
        ("『高温材料』", [quoted("高温材料")]),
        ("＂高温材料＂", [quoted("高温材料")]),
        ("焊接 -机器人", [Clause("焊接"), no("机器人")]),
        ("焊接　－机器人", [Clause("焊接"), no("机器人")]),
        ('焊接 -"机器人 手臂"', [Clause("焊接"), no("机器人 手臂", phrase=True)]),
        ("碳-碳复合", [Clause("碳-碳复合")]),
        ("焊接 - 机器人", [Clause("焊接"), Clause("-"), Clause("机器人")]),
        ("-40℃ 密封 -5.5% -5G", [Clause("-40℃"), Clause("密封"), Clause("-5.5%"), no("5G")]),
        ("标题:变压器", [Clause("变压器", TITLE)]),
        ("标题：变压器 TITLE: 油箱", [Clause("变压器", TITLE), Clause("油箱", TITLE)]),
        ('ＴＩＴＬＥ:"高温 材料"', [quoted("高温 材料", TITLE)]),
        ("-单位:潍柴", [no("潍柴", "unit")]),
        ("标准:GB", [Clause("标准:GB")]),
        ("-标准:GB", [no("标准:GB", phrase=True)]),
        ('标准:"GB 150"', [Clause("标准"), quoted("GB 150")]),
        ("标题:", [Clause("标题:")]),
        ('"高温 材料', [Clause("高温"), Clause("材料")]),
        ("“高温”材料”", [quoted("高温"), Clause("材料")]),
        ('""', []),
        ("", []),
        ("-", [Clause("-")]),
    ],
)
def test_what_is_typed_is_read_as_meant(typed: str, clauses: list[Clause]) -> None:
    assert list(parse(typed, FIELDS)) == clauses


def test_without_fields_of_ones_own_only_the_title_is_known() -> None:
    assert parse("title:油箱 unit:潍柴") == (Clause("油箱", TITLE), Clause("unit:潍柴"))


@given(st.text(alphabet=st.sampled_from('压电 a5-－"“”「」:：title标题℃\n'), max_size=30))
def test_anything_can_be_read_and_no_letter_is_lost(typed: str) -> None:
    held = "".join(clause.text for clause in parse(typed, {}))
    assert sum(char.isalnum() for char in held) == sum(char.isalnum() for char in typed)
