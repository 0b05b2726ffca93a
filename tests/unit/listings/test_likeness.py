"""When two texts are nearly the same: what is only moved, mended or shortened stays the same text, a neighbour does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.listings.likeness import ALIKE, NEARLY_SAME, likeness, marks_of

TEXT = (
    "变压器油箱自动焊接工装\n人工焊接变压器油箱变形大，返修多。用气动夹具分段压紧壁板，焊枪沿导轨行走，分段退焊，焊后保压冷却再松开。"
    "在三条生产线上连续使用14个月，抽检1200件，直线度合格率由81%提高到99%。"
)
NEIGHBOUR = (
    "储罐壁板焊接变形控制工装\n储罐壁板焊接后变形大，返修率高。采用磁力吸盘把壁板吸在弧形胎架上，多把焊枪对称施焊，"
    "由温度传感器控制焊接节奏，车间工人半天学会。"
)


def alike(first: str, second: str) -> float:
    return likeness(marks_of(first), marks_of(second))


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param("".join(f"{part}，" for part in reversed(TEXT.split("，"))), id="clauses moved"),
        pytest.param(TEXT.replace("14", "16").replace("1200", "980").replace("81", "79"), id="numbers changed"),
        pytest.param(
            TEXT.replace("变形大", "容易变形").replace("三条", "两条").replace("再松开", "后松开"), id="words mended"
        ),
        pytest.param(TEXT[: len(TEXT) // 2], id="half left out"),
        pytest.param(TEXT + NEIGHBOUR, id="something appended"),
        pytest.param(TEXT.replace("，", ",").replace("。", ". ").replace("1200", "１２００"), id="other signs"),
        pytest.param("油箱焊接\n" + TEXT.split("\n")[1], id="another title"),
    ],
)
def test_an_edited_text_is_nearly_the_same(edited: str) -> None:
    assert alike(TEXT, edited) >= NEARLY_SAME


def test_another_solution_of_the_same_trade_is_not() -> None:
    assert alike(TEXT, NEIGHBOUR) < NEARLY_SAME
    assert alike(TEXT, "苹果分级机软托\n果子磕伤，用硅胶软托托住，分级机不停机更换。") < ALIKE


def test_a_short_title_in_common_is_no_sameness() -> None:
    assert alike("显示装置", "显示装置") < ALIKE
    assert ALIKE <= alike("变压器油箱焊接", "变压器油箱焊接") < NEARLY_SAME
    assert alike("", "") == 0


@given(st.text(max_size=200), st.text(max_size=200))
def test_it_is_a_part_and_the_same_from_both_sides(first: str, second: str) -> None:
    assert 0 <= alike(first, second) == alike(second, first) <= 1
