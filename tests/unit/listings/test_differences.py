"""What stands in one text and not in another."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.listings.differences import marked_against


def test_what_the_other_lacks_is_marked() -> None:
    pieces = marked_against("用气动夹具分段压紧。", "用夹具压紧。")
    assert [piece.text for piece in pieces if piece.marked] == ["气动", "分段"]


@given(st.text("焊接工装ab。", max_size=300), st.text("焊接工装ab。", max_size=300))
def test_nothing_is_added_or_left_out(text: str, other: str) -> None:
    assert "".join(piece.text for piece in marked_against(text, other)) == text
    assert not any(piece.marked for piece in marked_against(text, text))
