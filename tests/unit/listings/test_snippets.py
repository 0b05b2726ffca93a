"""The one sentence that stands on a card."""

import pytest

from marketplace.listings.snippets import first_sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("变形大，返修多。成本高。", "变形大，返修多"),
        ("【现状】泵40天就漏。【要求】一年", "泵40天就漏"),
        ("Weld seam crack. Next.", "Weld seam crack"),
        ("厚度0.5毫米", "厚度0.5毫米"),
        ("  \n ", ""),
        ("长" * 81, "长" * 79 + "…"),
    ],
)
def test_first_sentences(text: str, expected: str) -> None:
    assert first_sentence(text) == expected
