"""What phrases, exclusions and fields find, against brute force over plain strings."""

import random
import re

import pytest

from search_index.document import TITLE, Clause, Document, Query
from search_index.index import SearchIndex
from tests.contract import plain

TEXTS = [
    ("变压器油箱焊接", "机器人手臂，高温 材料"),
    ("焊接夹具", "变压器用。手臂与机器人"),
    ("高温材料", "不含焊接；机器人"),
    ("PLC 控制柜", "PLC控制，GB 150"),
]


@pytest.fixture
def filled(index: SearchIndex) -> SearchIndex:
    units = ("潍柴动力股份有限公司", "青州前程机械", "", "潍柴雷沃")
    index.put(
        Document(number, *text, {"county": (unit,)})
        for number, (text, unit) in enumerate(zip(TEXTS, units, strict=True), 1)
    )
    return index


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("焊接", {1, 2, 3}),
        ("焊接 -机器人", set()),
        ("焊接 -变压器", {3}),
        ("焊接 －“机器人手臂”", {2, 3}),
        ("-焊接", {4}),
        ('"机器人手臂"', {1}),
        ('"高温 材料"', {1, 3}),
        ('"机器人 手臂"', {1}),
        ('"手臂 高温"', {1}),
        ('"焊接 机器人"', {3}),
        ("标题:焊接", {1, 2}),
        ("标题：焊接 机器人 -title:夹具", {1}),
        ("-标题:焊接", {3, 4}),
        ("变壓器", {1, 2}),
        ('"plc 控制"', {4}),
        ('"lc 控制"', set()),
        ('"gb 15"', set()),
        ('"gb 150"', {4}),
        ("焊接 ！？", {1, 2, 3}),
        ('"！？"', set()),
    ],
)
def test_what_is_typed_finds_what_is_meant(filled: SearchIndex, typed: str, found: set[int]) -> None:
    page = filled.search(Query(typed))
    assert {hit.id for hit in page.hits} == found
    assert page.total == len(found)
    assert not page.relaxed


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        (Clause("潍柴", "county"), {1, 4}),
        (Clause("潍柴 动力", "county"), {1}),
        (Clause("濰柴", "county"), {1, 4}),
        (Clause("潍柴", "county", excluded=True), {2, 3}),
        (Clause("", "county", values=frozenset({"青州前程机械", ""})), {2, 3}),
        (Clause("。", "county"), set()),
        (Clause("无此单位", "county"), set()),
    ],
)
def test_a_field_of_ones_own_looks_into_a_facet(filled: SearchIndex, clause: Clause, found: set[int]) -> None:
    assert {hit.id for hit in filled.search(Query((clause,))).hits} == found


def test_a_field_the_index_does_not_have_is_an_error(filled: SearchIndex) -> None:
    with pytest.raises(ValueError, match="has no facet"):
        filled.search(Query((Clause("红", "colour"),)))


@pytest.mark.parametrize("typed", ["油漆 焊接 -变压器", '油漆 "机器人" 焊接 -变压器', "油漆 焊接 标题:高温"])
def test_only_bare_words_give_way(filled: SearchIndex, typed: str) -> None:
    page = filled.search(Query(typed))
    assert page.relaxed
    assert [hit.id for hit in page.hits] == [3]
    assert "焊接" in page.hits[0].terms
    assert "变压器" not in page.hits[0].terms


def test_characters_of_a_phrase_may_be_apart_only_where_it_has_a_gap(filled: SearchIndex) -> None:
    assert [hit.id for hit in filled.search(Query('"高温材料"')).hits] == [3]


def test_a_phrase_that_occurs_nowhere_finds_nothing(filled: SearchIndex) -> None:
    assert filled.search(Query('"焊接机器人"')).total == 0
    assert filled.search(Query('焊接 "区块链"')).total == 0


def holds(document: Document, clause: Clause) -> bool:
    parts = (document.title,) if clause.field == TITLE else (document.title, document.body)
    wanted = plain.runs(clause.text)
    if clause.phrase and len(wanted) > 1:
        return any(_closed_up(wanted) in _closed_up(plain.runs(line)) for part in parts for line in part.split("\n"))
    runs = [run for part in parts for run in plain.runs(part)]
    return all(any(one == run or (not one.isascii() and one in run) for run in runs) for one in wanted)


def _closed_up(runs: list[str]) -> str:
    """The runs with nothing but a blank around each word of letters."""
    return "".join(f" {run} " if run.isascii() else run for run in runs)


@pytest.mark.parametrize("seed", range(3))
def test_random_clauses_agree_with_brute_force(index: SearchIndex, seed: int) -> None:
    rng = random.Random(seed)
    documents = {number: plain.document(rng, number) for number in range(1, 61)}
    for start in range(1, 61, 11):
        index.put(documents[number] for number in range(start, min(start + 11, 61)))
    gone = set(rng.sample(sorted(documents), 9))
    index.delete(gone)
    for _ in range(80):
        clauses = tuple(_random_clause(rng) for _ in range(rng.randint(1, 3)))
        page = index.search(Query(clauses, limit=100))
        expected = {
            number for number, document in documents.items()
            if number not in gone and all(holds(document, clause) != clause.excluded for clause in clauses)
        }  # fmt: skip
        if not expected:
            assert page.relaxed or page.total == 0
            continue
        assert {hit.id for hit in page.hits} == expected
        assert page.total == len(expected)


def _random_clause(rng: random.Random) -> Clause:
    words = [word for word in plain.WORDS if not re.search("[a-zA-Z]", word)]
    text = rng.choice([rng.choice(plain.WORDS), " ".join(rng.sample(words, 2)), "5G " + rng.choice(words)])
    return Clause(text, rng.choice(["", "", TITLE]), phrase=rng.random() < 0.5, excluded=rng.random() < 0.3)


def test_what_is_no_longer_there_is_no_reading_of_what_was_typed(index: SearchIndex) -> None:
    index.put([Document(1, "涂层刮刀", "潍坊"), Document(2, "涂层刮刀", "潍坊")])
    assert index.search(Query("tucengguadao")).readings == {"tucengguadao": ("涂层刮刀",)}
    index.put([Document(1, "焊接工装", "潍坊"), Document(2, "焊接工装", "潍坊")])
    assert index.search(Query("tucengguadao")).readings == {}


def test_the_same_phrase_many_times_is_searched_for_once(index: SearchIndex) -> None:
    index.put([Document(1, "压电陶瓷", "高温"), Document(2, "陶瓷", "压电")])
    assert [hit.id for hit in index.search(Query('"压电陶瓷" ' * 40)).hits] == [1]
