"""What the parties changed is shown in its place, and both texts can be read off it."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.contracts.marking import How, Paragraph, Piece, side, woven

TEXTS = st.text(alphabet="甲乙方应当付款。，三五年\n", max_size=60)


def shown(before: str, after: str) -> list[str]:
    """As a reader sees it: [-gone-], {+new+}."""
    marks = {How.KEPT: "%s", How.GONE: "[-%s-]", How.NEW: "{+%s+}"}
    return ["".join(marks[piece.how] % piece.text for piece in one.pieces) for one in woven(before, after)]


def test_a_word_is_marked_where_it_stands() -> None:
    assert shown("保密期不少于三年。\n争议由法院管辖。", "保密期不少于五年。\n争议由法院管辖。") == [
        "保密期不少于[-三-]{+五+}年。",
        "争议由法院管辖。",
    ]


def test_paragraphs_that_come_and_go_are_whole() -> None:
    assert shown("甲方应当付款。\n风险由双方分担。", "甲方应当付款。") == ["甲方应当付款。", "[-风险由双方分担。-]"]
    assert shown("甲方应当付款。", "裁决是终局的。\n甲方应当付款。") == ["{+裁决是终局的。+}", "甲方应当付款。"]
    assert shown("向人民法院提起诉讼。", "提交仲裁，裁决终局。") == [
        "[-向人民法院提起诉讼。-]",
        "{+提交仲裁，裁决终局。+}",
    ]
    gone = woven("甲方应当付款。\n风险由双方分担。", "甲方应当付款。")[1]
    assert gone == Paragraph(None, (Piece("风险由双方分担。", How.GONE),))


def test_a_lone_character_between_two_changes_is_read_with_them() -> None:
    assert shown("逾期六十日的可以解除", "逾期九百日的可以解除") == ["逾期[-六十-]{+九百+}日的可以解除"]
    assert shown("付款之后交付图纸一份", "收款以后交付图纸一份") == ["[-付款之-]{+收款以+}后交付图纸一份"]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off(before: str, after: str) -> None:
    paragraphs = woven(before, after)
    told = {how: "".join(piece.text for piece in side(paragraphs, how)) for how in (How.GONE, How.NEW)}
    assert told[How.GONE].replace("\n", "") == before.replace("\n", "")
    assert told[How.NEW].replace("\n", "") == after.replace("\n", "")
    numbers = [one.number for one in paragraphs if one.number is not None]
    assert numbers == list(range(1, len(after.split("\n")) + 1))
