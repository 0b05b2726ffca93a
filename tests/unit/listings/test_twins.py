"""All pairs at once give what two by two give."""

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.listings.likeness import NEARLY_SAME, likeness, marks_of, of_texts
from marketplace.listings.twins import Crowd

TEXTS = st.lists(st.text("焊接工装变压器 a1。", max_size=40), max_size=12)


@settings(deadline=None, max_examples=50)
@given(TEXTS, TEXTS)
def test_the_pairs_are_those_that_likeness_finds(first: list[str], second: list[str]) -> None:
    mine, others = [[marks_of(text) for text in texts] for texts in (first, second)]
    pairs = {(pair.first, pair.second, pair.likeness) for pair in Crowd(mine, of_texts, NEARLY_SAME).twins_with(others)}
    assert pairs == {
        (one, two, found)
        for one, left in enumerate(mine)
        for two, right in enumerate(others)
        if (found := likeness(left, right)) >= NEARLY_SAME
    }
