"""Old and new wording of an amendment side by side: words are marked where words change, figures never in pieces."""

import pytest

from marketplace.contracts.clauses import Compared
from marketplace.deals.comparing import opposed

BASE = "提成基数：使用本技术加工的产品每季度净销售额，以增值税发票为准"


def marked(before: str, after: str) -> tuple[list[str], list[str]]:
    """What is marked as gone, and what as new."""
    (found,) = opposed([Compared("提成", before, after, True)])
    assert "".join(one.text for one in found.before) == before
    assert "".join(one.text for one in found.after) == after
    return [one.text for one in found.before if one.marked], [one.text for one in found.after if one.marked]


def test_of_a_royalty_base_the_words_that_change_are_marked() -> None:
    other = BASE.replace("净销售额", "利润")
    assert marked(f"{BASE}\n提成比例：3.5%", f"{other}\n提成比例：3.5%") == (["净销售额"], ["利润"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("人民币180,000.00元（大写：人民币壹拾捌万元整）", "人民币190,000.00元（大写：人民币壹拾玖万元整）"),
        ("提成比例：3.5%", "提成比例：3.8%"),
        (f"{BASE}，每件2元", f"{BASE}，每件20元"),
    ],
)
def test_a_line_with_another_figure_is_marked_as_a_whole(before: str, after: str) -> None:
    assert marked(before, after) == ([before], [after])


def test_lines_that_stay_have_no_mark_and_a_new_one_is_all_new() -> None:
    first = "开始适用的季度：2027年第一季度（自2027年1月1日起）"
    assert marked(f"{BASE}\n提成比例：3.5%", f"{BASE}\n提成比例：4%\n{first}") == (
        ["提成比例：3.5%"],
        ["提成比例：4%", first],
    )
    assert marked("", "第一期：10元") == ([], ["第一期：10元"])
