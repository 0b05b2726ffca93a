"""Scores and shares are BM25 exactly, whatever the segments, deletions and merges behind them."""

import random
from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search_index.asking import PLAIN
from search_index.document import Document, Query
from search_index.index import SearchIndex
from search_index.scorer import MATCHING, SEARCHING
from tests.contract import plain
from tests.contract.engine import ENGINE

CLOSE = 1e-9


def assert_matches_are_bm25(index: SearchIndex, documents: Sequence[Document], title: str, body: str) -> None:
    expected = plain.bm25(documents, [(title, PLAIN.title), (body, 1)], MATCHING.k1, MATCHING.b, MATCHING.title)
    matches = index.match(title, body, limit=len(documents) + 1)
    assert {match.id for match in matches} == set(expected)
    for match in matches:
        shares: dict[str, float] = {}
        for share in match.explanation.shares:
            shares[share.term] = shares.get(share.term, 0.0) + share.share
        assert shares == pytest.approx(expected[match.id], rel=CLOSE)
        assert match.score == pytest.approx(sum(expected[match.id].values()), rel=CLOSE)
        assert sum(share.share for share in match.explanation.shares) == pytest.approx(match.score, rel=CLOSE)
    assert [match.score for match in matches] == sorted((match.score for match in matches), reverse=True)


@pytest.mark.parametrize("seed", range(4))
def test_matching_is_plain_bm25_over_segments_deletions_and_merges(index: SearchIndex, seed: int) -> None:
    rng = random.Random(seed)
    documents: dict[int, Document] = {}
    for round_ in range(12):
        batch = [plain.document(rng, rng.randint(1, 60), round_) for _ in range(rng.randint(1, 12))]
        index.put(batch)
        documents |= {document.id: document for document in batch}
        gone = rng.sample(sorted(documents), min(len(documents), rng.randint(0, 3)))
        index.delete(gone)
        documents = {number: document for number, document in documents.items() if number not in gone}
    query = plain.document(rng, 0)
    before = index.match(query.title, query.body, 100)
    assert_matches_are_bm25(index, list(documents.values()), query.title, query.body)
    index.compact()
    index.rebuild(documents.values())
    assert index.status().segments == 1
    assert_matches_are_bm25(index, list(documents.values()), query.title, query.body)
    assert [match.id for match in index.match(query.title, query.body, 100)] == [match.id for match in before]


@settings(max_examples=25, deadline=None)
@given(texts=st.lists(st.tuples(st.text(max_size=30), st.text(max_size=60)), max_size=6), query=st.text(max_size=40))
def test_any_text_can_be_put_and_matched(
    tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]], query: str
) -> None:
    index = ENGINE(tmp_path_factory.mktemp("index"), facets=(), sorts=())
    documents = [Document(number, title, body) for number, (title, body) in enumerate(texts)]
    index.put(documents)
    assert_matches_are_bm25(index, documents, query, "".join(body for _, body in texts))


ODD = ("", "\n", "。。。", "𠮷野家 𠮷野", "\x00a\x00", "Å ﬁ ㎡ ½ ²", "😀压😀电", "压" * 300, "a" * 5000)


@pytest.mark.parametrize("odd", ODD)
def test_odd_texts_score_like_any_other(index: SearchIndex, odd: str) -> None:
    documents = [Document(1, odd, ""), Document(2, "", odd), Document(3, odd, odd), Document(4, "压电", "陶瓷")]
    index.put(documents)
    assert_matches_are_bm25(index, documents, odd, "压电")


def test_half_a_surrogate_pair_separates_and_breaks_nothing(index: SearchIndex) -> None:
    index.put([Document(1, "压\ud842电", "\udfb7")])
    assert index.search(Query("压电")).total == 0
    assert index.search(Query("压")).total == 1


def test_keyword_search_scores_with_the_title_ahead_of_the_body(index: SearchIndex) -> None:
    documents = [Document(1, "焊接", "压电陶瓷"), Document(2, "压电陶瓷", "焊接"), Document(3, "涂料", "废水")]
    index.put(documents)
    page = index.search(Query("压电陶瓷"))
    assert [hit.id for hit in page.hits] == [2, 1]
    expected = plain.bm25(documents, [("压电陶瓷", 1)], SEARCHING.k1, SEARCHING.b, SEARCHING.title)
    pairs = {
        number: sum(share for term, share in shares.items() if len(term) == 2) for number, shares in expected.items()
    }
    assert {hit.id: hit.score for hit in page.hits} == pytest.approx({2: pairs[2], 1: pairs[1]}, rel=CLOSE)


def test_the_field_of_a_share_is_where_the_term_stands(index: SearchIndex) -> None:
    index.put([Document(1, "压电", "陶瓷 陶瓷"), Document(2, "涂料", "焊接")])
    (match,) = index.match("压电陶瓷", "", 5)
    assert {(share.term, share.field) for share in match.explanation.shares} == {
        ("压", "title"), ("电", "title"), ("压电", "title"), ("陶", "body"), ("瓷", "body"), ("陶瓷", "body"),
    }  # fmt: skip


def test_explaining_one_document_agrees_with_its_match(index: SearchIndex) -> None:
    index.put([Document(1, "压电陶瓷", "高温"), Document(2, "涂料", "高温 材料"), Document(3, "废水", "处理")])
    for match in index.match("高温压电", "材料", 10):
        explained = index.explain("高温压电", "材料", match.id)
        assert explained is not None
        assert explained.score == pytest.approx(match.score, rel=CLOSE)
        assert explained.explanation == match.explanation
    nothing = index.explain("高温压电", "", 3)
    assert nothing is not None
    assert (nothing.score, nothing.explanation.shares) == (0.0, ())
    assert index.explain("高温压电", "", 99) is None


def test_equal_scores_are_ordered_by_id_over_segments(index: SearchIndex) -> None:
    for number in (5, 3, 9, 1):
        index.put([Document(number, "压电陶瓷", "高温")])
    assert [match.id for match in index.match("压电", "", 10)] == [1, 3, 5, 9]
    assert [hit.id for hit in index.search(Query("压电")).hits] == [1, 3, 5, 9]


def test_matching_respects_filters_exclusions_and_the_limit(index: SearchIndex) -> None:
    index.put(Document(number, "压电陶瓷", "高温", {"county": (plain.COUNTIES[number % 2],)}) for number in range(1, 9))
    wanted = {"county": frozenset({plain.COUNTIES[1]})}
    matches = index.match("压电", "", 2, filters=wanted, exclude=frozenset({1, 77}))
    assert [match.id for match in matches] == [3, 5]
    assert index.match("压电", "", 0) == ()
    assert index.match("", "。", 5) == ()


@pytest.mark.parametrize("seed", range(4))
def test_who_is_among_the_first_is_what_the_list_says(index: SearchIndex, seed: int) -> None:
    rng = random.Random(seed)
    index.put(plain.document(rng, number) for number in range(50))
    query = plain.document(rng, 0)
    for excluded in (frozenset(range(0, 50, 7)), frozenset[int]()):
        index.put([plain.document(rng, 60 + len(excluded))])  # So small a collection has changed by one document.
        listed = [match.id for match in index.match(query.title, query.body, 10, exclude=excluded)]
        outside = frozenset(range(50)) - excluded
        first = index.among_first((query.title, query.body), 10, outside, partial(frozenset, excluded))
        assert first == outside & set(listed)
    assert index.among_first(("涂料废水", ""), 10, frozenset({999}), frozenset) == frozenset()


def test_how_good_the_first_are_is_remembered_while_hardly_anything_changes(index: SearchIndex) -> None:
    index.put(Document(number, "压电" * (1 + number % 5), "") for number in range(200))
    asked = []

    def exclude() -> frozenset[int]:
        asked.append(1)
        return frozenset()

    index.put([Document(500, "压电" * 9, "")])
    for number in range(501, 504):
        index.put([Document(number, "压电" * 9, ""), Document(number + 100, "陶瓷", "")])
        new = frozenset({number, number + 100})
        assert index.among_first(("压电压电", ""), 10, new, exclude) == {number}
    assert len(asked) < 3
