"""What a person sees: marked stretches, snippets, and the words two texts share."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_index.analysis import terms_with_text
from search_index.document import Document, Share
from search_index.highlight import highlight
from search_index.index import SearchIndex
from search_index.shared_words import readable_terms

NEED = "本公司需要耐高温的压电陶瓷。目前采用<b>ＭｎＺｎ</b>材料，居里温度低于300℃。希望寻找5G基站用的滤波器！"


def marked(text: str, query: str | list[str], width: int | None = None) -> list[str]:
    return [fragment.text for fragment in highlight(text, query, width) if fragment.marked]


def plain(text: str, query: str | list[str], width: int | None = None) -> str:
    return "".join(fragment.text for fragment in highlight(text, query, width))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("压电陶瓷", ["压电陶瓷"]),
        ("mnzn", ["ＭｎＺｎ"]),
        ("5g 滤波器", ["5G", "滤波器"]),
        ("5G基站", ["5G基站"]),
        ("陶瓷压电", ["压电陶瓷"]),  # not as a run, but both words; touching marks become one
        ("温", ["温", "温"]),
        ("<b>", ["b", "b"]),
        ("区块链", []),
        ("", []),
        ("。", []),
        (["居里温度", "材料"], ["材料", "居里温度"]),
    ],
)
def test_what_is_marked(query: str | list[str], expected: list[str]) -> None:
    assert marked(NEED, query) == expected


def test_words_are_marked_rather_than_lone_characters() -> None:
    assert marked("高炉的温度，陶器", "高温陶瓷") == []
    assert marked("高温的瓷器与陶瓷", "高温陶瓷") == ["高温", "陶瓷"]


def test_a_word_is_marked_as_a_whole_only() -> None:
    assert marked("PLCs and PLC", "plc") == ["PLC"]


def test_characters_that_fold_into_several_lead_back_to_the_whole() -> None:
    assert marked("约㎡，½米 STRAẞE", "m2 strasse") == ["㎡", "STRAẞE"]


@given(st.text(max_size=80), st.text(max_size=10))
def test_fragments_joined_are_the_text(text: str, query: str) -> None:
    fragments = highlight(text, query)
    assert "".join(fragment.text for fragment in fragments) == text
    assert all(fragment.text for fragment in fragments)
    assert all(first.marked != second.marked for first, second in pairwise(fragments))


@given(st.text(max_size=200), st.text(max_size=5), st.integers(5, 60))
def test_a_snippet_is_a_stretch_of_the_text_no_longer_than_asked(text: str, query: str, width: int) -> None:
    snippet = plain(text, query, width)
    assert len(snippet) <= width + 2
    if len(text) > width:
        inner = snippet.removeprefix("…").removesuffix("…")
        assert inner in text or snippet in text


def test_a_snippet_shows_the_densest_stretch_from_the_beginning_of_its_sentence() -> None:
    text = "公司简介很长。" * 20 + "我们需要压电陶瓷滤波器，用于5G基站。" + "此外没有别的要求。" * 20
    snippet = plain(text, "压电陶瓷 5G", 30)
    assert snippet.startswith("…我们需要压电陶瓷滤波器，用于5G基站。")
    assert snippet.endswith("…")
    assert marked(text, "压电陶瓷 5G", 30) == ["压电陶瓷", "5G"]


def test_a_mark_deep_in_a_long_sentence_is_still_seen() -> None:
    text = "很长的一句话" * 30 + "压电陶瓷" + "还没有完" * 30
    assert marked(text, "压电陶瓷", 40) == ["压电陶瓷"]


def test_a_snippet_without_any_mark_is_the_beginning() -> None:
    assert plain("甲乙丙丁" * 10, "压电", 8) == "甲乙丙丁甲乙丙丁…"
    assert plain("甲乙丙丁", "压电", 8) == "甲乙丙丁"


def test_markup_in_a_text_is_text() -> None:
    fragments = highlight("<script>alert('压电')</script>", "压电 script")
    assert [(fragment.text, fragment.marked) for fragment in fragments] == [
        ("<", False), ("script", True), (">alert('", False), ("压电", True), ("')</", False), ("script", True), (">", False),
    ]  # fmt: skip


def test_the_words_two_texts_share_are_read_from_the_shares(index: SearchIndex) -> None:
    title, body = "高温压电陶瓷材料及其制备方法", "一种用于滤波器的MNZN陶瓷，性能的提升"
    index.put([Document(1, title, body), Document(2, "涂料", "的东西")])
    (match, *_) = index.match("高温压电陶瓷", NEED, 5)
    terms = readable_terms(match.explanation.shares, f"高温压电陶瓷\n{NEED}", f"{title}\n{body}")
    assert [(term.text, term.field) for term in terms][:2] == [("高温压电陶瓷", "title"), ("滤波器", "body")]
    assert "ＭｎＺｎ" in [term.text for term in terms]
    assert "的" not in [term.text for term in terms]
    assert [term.share for term in terms] == sorted((term.share for term in terms), reverse=True)
    assert sum(term.share for term in terms) <= match.score + 1e-9
    assert len(readable_terms(match.explanation.shares, NEED, f"{title}\n{body}", limit=1)) == 1


def test_every_share_is_counted_for_one_stretch_only() -> None:
    shares = [Share("陶瓷", "title", 2.0), Share("压电", "body", 1.0), Share("电陶", "body", 0.5)]
    terms = readable_terms(shares, "压电陶瓷，陶瓷", "压电陶瓷。陶瓷")
    assert [(term.text, term.field, term.share) for term in terms] == [("压电陶瓷", "title", 3.5)]


def test_without_a_common_word_the_terms_themselves_are_given() -> None:
    shares = [Share("温", "body", 1.0), Share("高", "title", 2.0)]
    terms = readable_terms(shares, "高度与温度", "高炉温泉")
    assert [(term.text, term.field) for term in terms] == [("高", "title"), ("温", "body")]


def test_a_term_that_stands_in_title_and_body_is_given_once() -> None:
    shares = [Share("高", "title", 2.0), Share("温", "body", 2.5), Share("高", "body", 1.0)]
    terms = readable_terms(shares, "高度与温度", "高炉温泉")
    assert [(term.text, term.field, term.share) for term in terms] == [("高", "title", 3.0), ("温", "body", 2.5)]


def test_without_shares_or_texts_there_is_nothing_to_read() -> None:
    assert readable_terms([], "高温", "高温") == ()
    assert readable_terms([]) == ()


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [
        ("种植大棚", "一种植物生长灯", []),
        ("焊接工装", "焊接工艺", ["焊接"]),
        ("汽车充电桩", "电动汽车充电", ["汽车充电"]),
        ("提高模具钢硬度", "提高模具钢的韧性", ["提高模具钢"]),
        ("热水器", "热水袋", ["热水"]),
    ],
)
def test_words_that_two_texts_share_are_no_chance_meeting_of_others(first: str, second: str, shown: list[str]) -> None:
    shares = [Share(term, "title", 1.0) for _, term in terms_with_text(first) if len(term) > 1 and term in second]
    assert sorted(term.text for term in readable_terms(shares, first, second)) == shown
