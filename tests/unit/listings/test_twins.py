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
    every = Crowd(mine, of_texts, NEARLY_SAME).twins_with(others, lambda first, _second: first >= 0, 99)
    pairs = {(pair.first, pair.second, pair.likeness) for pair in every}
    assert pairs == {
        (one, two, found)
        for one, left in enumerate(mine)
        for two, right in enumerate(others)
        if (found := likeness(left, right)) >= NEARLY_SAME
    }


def test_of_a_text_that_stands_there_a_thousand_times_only_the_foremost_are_named() -> None:
    marks = [marks_of("把车间的旧设备接上传感器和采集终端，实现联网、监测和预警，减少停机。")] * 1000
    crowd = Crowd(marks, of_texts, NEARLY_SAME)
    pairs = [(pair.first, pair.second) for pair in crowd.twins_with(marks, lambda first, second: second < first, 2)]
    assert pairs[:4] == [(1, 0), (2, 0), (2, 1), (3, 0)]
    assert len(pairs) == 1 + 2 * 998
