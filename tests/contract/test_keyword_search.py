"""Keyword search: what a person gets for what was typed, and filters, facets, order and paging against brute force."""

import random
from collections import Counter

import pytest

from search_index.document import MISSING, Document, Query
from search_index.index import SearchIndex
from tests.contract import plain


def values(document: Document, facet: str) -> tuple[str, ...]:
    return document.facets.get(facet) or (MISSING,)


def passes(document: Document, query: Query, but: str = "") -> bool:
    return all(set(values(document, name)) & wanted for name, wanted in query.filters.items() if name != but)


def order(document: Document, query: Query) -> tuple[bool, float, int]:
    if query.sort == "relevance":
        return False, -document.id if query.descending else document.id, 0
    at = document.sorts.get(query.sort)
    return at is None, (-at if query.descending else at) if at is not None else 0, document.id


def random_query(rng: random.Random) -> Query:
    filters = {}
    if rng.random() < 0.6:
        filters["county"] = frozenset(rng.sample([*plain.COUNTIES, MISSING, "nowhere"], rng.randint(0, 3)))
    if rng.random() < 0.3:
        filters["state"] = frozenset({"open"})
    text = rng.choice(["", *plain.WORDS, "压电 陶瓷", "废水处理技术", "高温材料"])
    sort = rng.choice(["relevance", "at"])
    return Query(text, filters, ("county", "state"), sort, rng.random() < 0.5, rng.randint(0, 6), rng.randint(0, 12))


@pytest.mark.parametrize("seed", range(3))
def test_filters_facets_order_and_paging_agree_with_brute_force(index: SearchIndex, seed: int) -> None:
    rng = random.Random(seed)
    documents = {number: plain.document(rng, number) for number in range(1, 81)}
    for start in range(1, 81, 9):
        index.put(documents[number] for number in range(start, min(start + 9, 81)))
    gone = rng.sample(sorted(documents), 12)
    index.delete(gone)
    alive = [document for number, document in documents.items() if number not in gone]
    for _ in range(60):
        query = random_query(rng)
        page = index.search(query)
        found = [document for document in alive if plain.holds(document, str(query.text))]
        if not found:
            assert page.relaxed or page.total == 0
            continue
        kept = [document for document in found if passes(document, query)]
        assert (page.total, page.relaxed) == (len(kept), False)
        for name in query.facets:
            counted = Counter(
                value for document in found if passes(document, query, name) for value in values(document, name)
            )
            assert page.facets[name] == counted
        if query.sort == "at" or not query.text:
            expected = sorted(kept, key=lambda document: order(document, query))
            stretch = expected[query.offset : query.offset + query.limit]
            assert [hit.id for hit in page.hits] == [document.id for document in stretch]


def test_pages_laid_end_to_end_are_the_whole_list_once(index: SearchIndex) -> None:
    index.put(Document(number, "压电陶瓷", "高温") for number in range(1, 48))
    seen = [hit.id for offset in range(0, 60, 7) for hit in index.search(Query("压电", offset=offset, limit=7)).hits]
    assert seen == list(range(1, 48))


def test_a_run_of_characters_is_a_phrase(index: SearchIndex) -> None:
    texts = [("电陶炉", "压电 陶瓷"), ("压电陶瓷", ""), ("压电", "陶瓷压电陶"), ("压电", "陶瓷")]
    index.put(Document(number, *text) for number, text in enumerate(texts, start=1))
    assert {hit.id for hit in index.search(Query("压电陶瓷")).hits} == {2}
    assert {hit.id for hit in index.search(Query("压电 陶瓷")).hits} == {1, 2, 3, 4}


def test_three_characters_are_a_phrase_too(index: SearchIndex) -> None:
    index.put([Document(1, "压电", "电陶"), Document(2, "压电陶", "")])
    assert {hit.id for hit in index.search(Query("压电陶")).hits} == {2}


def test_a_phrase_does_not_run_from_the_title_into_the_body(index: SearchIndex) -> None:
    index.put([Document(1, "高温压电", "陶瓷材料 压电 电陶")])
    page = index.search(Query("压电陶瓷"))
    assert (page.total, page.relaxed) == (1, True)


def test_where_nothing_holds_everything_what_holds_half_is_shown(index: SearchIndex) -> None:
    index.put([Document(1, "水性防腐涂料", ""), Document(2, "水性油墨", ""), Document(3, "焊接机器人", "")])
    page = index.search(Query("水性 防腐 油漆"))
    assert page.relaxed
    assert [hit.id for hit in page.hits] == [1]
    assert set(page.hits[0].terms) == {"水性", "防腐"}
    assert index.search(Query("区块链")).total == 0


def test_filters_do_not_change_whether_a_search_is_relaxed(index: SearchIndex) -> None:
    index.put([Document(1, "水性涂料", "", {"state": ("shut",)}), Document(2, "水性油墨", "", {"state": ("open",)})])
    page = index.search(Query("水性涂料", {"state": frozenset({"open"})}))
    assert (page.total, page.relaxed) == (0, False)


def test_a_search_among_some_documents_finds_and_counts_no_others(index: SearchIndex) -> None:
    index.put([Document(number, "水性涂料", "", {"state": ("open",)}) for number in (1, 2, 3)])
    index.put([Document(4, "水性油墨", "", {"state": ("shut",)})])
    page = index.search(Query("水性涂料", facets=("state",), ids=frozenset({2, 3, 4, 99})))
    assert ([hit.id for hit in page.hits], page.total, page.facets) == ([2, 3], 2, {"state": {"open": 2}})
    assert index.search(Query("水性涂料", ids=frozenset())).total == 0
    assert [hit.id for hit in index.search(Query(ids=frozenset({1, 4}))).hits] == [4, 1]


def test_what_is_newer_than_the_list_is_left_out_of_it_and_of_its_counts(index: SearchIndex) -> None:
    index.put(Document(number, "压电", "", {"state": ("open",)}, {"at": float(number)}) for number in (1, 2, 3))
    index.put([Document(4, "压电", "", {"state": ("open",)})])
    page = index.search(Query("压电", facets=("state",), sort="at", until=("at", 2.0)))
    assert [hit.id for hit in page.hits] == [2, 1, 4]
    assert (page.total, page.facets) == (3, {"state": {"open": 3}})
    with pytest.raises(ValueError, match="has no facet or sort key"):
        index.search(Query("压电", until=("price", 2.0)))


def test_a_search_among_some_documents_is_not_relaxed_while_others_hold_everything(index: SearchIndex) -> None:
    index.put([Document(1, "水性涂料", ""), Document(2, "水性油墨", "")])
    page = index.search(Query("水性涂料", ids=frozenset({2})))
    assert (page.total, page.relaxed) == (0, False)


@pytest.mark.parametrize("typed", ["mnzn", "ＭｎＺｎ", "MnZn铁氧体", "铁氧体 MNZN", "铁氧体", "铁"])
def test_width_and_case_do_not_matter_and_scripts_split(index: SearchIndex, typed: str) -> None:
    index.put([Document(1, "MnZn铁氧体", ""), Document(2, "MnZnO4", "铝氧体")])
    assert [hit.id for hit in index.search(Query(typed)).hits] == [1]


def test_a_word_is_found_as_a_whole_only(index: SearchIndex) -> None:
    index.put([Document(1, "PLC控制", ""), Document(2, "PLCs", "")])
    assert [hit.id for hit in index.search(Query("plc")).hits] == [1]


def test_punctuation_alone_finds_nothing_and_white_space_everything(index: SearchIndex) -> None:
    index.put([Document(1, "压电", ""), Document(2, "陶瓷", "")])
    assert index.search(Query("！？")).total == 0
    assert [hit.id for hit in index.search(Query("  ")).hits] == [2, 1]


@pytest.mark.parametrize(
    "query",
    [Query(sort="price"), Query(facets=("colour",)), Query(filters={"colour": frozenset({"red"})})],
)
def test_a_name_the_index_does_not_have_is_an_error(index: SearchIndex, query: Query) -> None:
    with pytest.raises(ValueError, match="has no facet or sort key"):
        index.search(query)


@pytest.mark.parametrize(
    "document", [Document(1, "", "", {"colour": ("red",)}), Document(1, "", "", {}, {"price": 1.0})]
)
def test_a_document_with_an_unknown_name_is_refused_whole(index: SearchIndex, document: Document) -> None:
    index.put([Document(2, "压电", "")])
    with pytest.raises(ValueError, match="has no facet or sort key"):
        index.put([Document(3, "陶瓷", ""), document])
    assert index.versions() == {2: 0}


def test_facets_and_sort_keys_that_came_later_are_missing_in_older_documents(
    index: SearchIndex, tmp_path: object
) -> None:
    index.put([Document(1, "压电", "", {"state": ("open",)})])
    index.put([Document(2, "压电", "", {"county": ("寿光市",)}, {"at": 3.0})])
    page = index.search(Query("压电", facets=("county", "state"), sort="at", descending=False))
    assert page.facets == {"county": {MISSING: 1, "寿光市": 1}, "state": {MISSING: 1, "open": 1}}
    assert [hit.id for hit in page.hits] == [2, 1]
