"""What a hidden field carries is trusted no further than an id can reach."""

import pytest

from marketplace.web.forms import row_id


@pytest.mark.parametrize(("text", "number"), [("7", 7), ("0", 0), ("999999999", 999_999_999)])
def test_a_number_a_row_can_have(text: str, number: int) -> None:
    assert row_id(text) == number


@pytest.mark.parametrize("text", [None, "", "x", "-1", "²", "٣", "9" * 10, "9" * 5000, "1.5"])
def test_anything_else_is_none(text: str | None) -> None:
    assert row_id(text) is None
