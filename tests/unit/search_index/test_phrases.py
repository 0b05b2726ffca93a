"""Runs of characters in many texts, most of which are not read: what is found is what plain strings hold."""

import random
from itertools import product

import pytest

from search_index.document import Document, Query
from search_index.index import SearchIndex

CHARACTERS = "甲乙丙"
RUNS = ["".join(run) for size in (3, 4) for run in product(CHARACTERS, repeat=size)]


@pytest.fixture
def texts(index: SearchIndex) -> dict[int, tuple[str, str]]:
    """Short texts of few different characters in two segments, so that every run stands in some."""
    rng = random.Random(7)
    found = {number: (_text(rng, 6), _text(rng, 20)) for number in range(200)}
    for half in (0, 100):
        index.put(Document(number, *found[number]) for number in range(half, half + 100))
    index.delete(range(5))
    return {number: text for number, text in found.items() if number >= 5}


def _text(rng: random.Random, most: int) -> str:
    return "".join(rng.choices(CHARACTERS + "，丁", k=rng.randint(0, most)))


def test_a_run_is_found_where_it_stands(index: SearchIndex, texts: dict[int, tuple[str, str]]) -> None:
    for run in RUNS:
        holding = {number for number, text in texts.items() if any(run in part for part in text)}
        assert _found(index, f'"{run}"') == holding


def test_a_run_is_found_in_titles(index: SearchIndex, texts: dict[int, tuple[str, str]]) -> None:
    for run in RUNS:
        assert _found(index, f"标题:{run}") == {number for number, (title, _) in texts.items() if run in title}


def test_what_occurs_more_often_than_is_counted_proves_nothing(index: SearchIndex) -> None:
    apart = "甲乙丁" * 200 + "戊乙丙" * 100
    index.put([Document(1, "", apart), Document(2, apart, ""), Document(3, "", f"{apart}甲乙丙")])
    assert _found(index, '"甲乙丙"') == {3}


def test_a_run_is_found_however_far_on_it_stands(index: SearchIndex) -> None:
    far = "甲乙丁，戊己。" * 10_000
    index.put([Document(1, "", f"{far}甲乙丙"), Document(2, "", f"{far}乙丙"), Document(3, "", f"乙丙{far}丁甲乙")])
    index.put([Document(4, "", f"{far}甲乙丙"), Document(5, "", f"{far}乙丙")])
    assert _found(index, '"甲乙丙"') == {1, 4}
    index.compact()
    assert _found(index, '"甲乙丙"') == {1, 4}
    assert _found(index, "标题:甲乙丙") == set()


@pytest.mark.parametrize("run", ["甲甲甲", "甲甲甲甲", "甲乙甲乙甲", "𠮷野𠮷", "每个々々"])
def test_a_run_of_the_same_characters_or_rare_ones_is_found(index: SearchIndex, run: str) -> None:
    texts = [
        "甲甲",
        "甲甲甲",
        "甲甲，甲甲",
        "é甲甲甲甲",
        "甲乙甲乙",
        "x甲乙甲乙甲",
        "野𠮷野",
        "ö𠮷野𠮷",
        "每个々",
        "每个々々",
    ]
    index.put(Document(number, "丁", f"ⅳ{text}") for number, text in enumerate(texts))
    assert _found(index, f'"{run}"') == {number for number, text in enumerate(texts) if run in text}


def test_segments_that_were_merged_without_what_was_deleted_find_the_same(
    index: SearchIndex, texts: dict[int, tuple[str, str]]
) -> None:
    index.delete(range(50, 80))
    index.compact()
    left = {number: text for number, text in texts.items() if not 50 <= number < 80}
    for run in RUNS:
        assert _found(index, f'"{run}"') == {
            number for number, text in left.items() if any(run in part for part in text)
        }


def test_parts_in_title_and_body_make_no_run(index: SearchIndex) -> None:
    index.put([Document(1, "甲乙", "乙丙"), Document(2, "甲乙，丙", "乙丙甲"), Document(3, "甲", "乙，甲乙丙")])
    assert _found(index, '"甲乙丙"') == {3}


def _found(index: SearchIndex, text: str) -> set[int]:
    return {hit.id for hit in index.search(Query(text, limit=1_000)).hits}
