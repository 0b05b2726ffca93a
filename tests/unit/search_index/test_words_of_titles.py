"""Pinyin, suggestions and corrections: everything that lives on the words of titles and names."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from search_index import lexicon
from search_index.document import Document, Query
from search_index.index import SearchIndex
from search_index.lexicon import GATHERING
from search_index.query_syntax import parse
from search_index.segment_file import Segment
from search_index.vocabulary import Vocabulary, vocabulary_of

TITLES = {
    1: ("变压器油箱焊接夹具", "用于变压器。", "潍柴动力股份有限公司"),
    2: ("变压器绕组的干燥方法", "", "青州前程机械"),
    3: ("一种焊接机器人", "可焊接油箱", ""),
    4: ("PLC控制的灌装线", "byq", "潍柴雷沃"),
    5: ("银行长臂起重机", "", ""),
    6: ("高温材料及其制备方法", "金属", ""),
}


def opened(folder: Path) -> SearchIndex:
    return SearchIndex(folder, facets=("unit",), sorts=(), names=("unit",))


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    index = opened(tmp_path)
    index.put(Document(n, title, f"{body}\n{unit}", {"unit": (unit,)}) for n, (title, body, unit) in TITLES.items())
    return index


def found(index: SearchIndex, typed: str) -> set[int]:
    page = index.search(Query(typed))
    assert not page.relaxed
    return {hit.id for hit in page.hits}


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("bianyaqi", {1, 2}),
        ("BianYaQi", {1, 2}),
        ("bian'ya'qi", {1, 2}),
        ("ｂｉａｎｙａｑｉ", {1, 2}),
        ("bianya", {1, 2}),
        ("byq", {1, 2, 4}),
        ("bianyaq", set()),
        ("bianyaqi 焊接", {1}),
        ("bianyaqi -焊接", {2}),
        ("bianyaqihanjie", {1}),
        ("标题:hanjie", {1, 3}),
        ("-bianyaqi", {1, 2, 3, 4, 5, 6}),
        ('"bianyaqi"', set()),
        ("weichai", {1, 4}),
        ("wcdl", {1}),
        ("qiancheng", {2}),
        ("yinhang", {5}),
        ("yinxing", set()),
        ("changbi", {5}),
        ("zhangbi", {5}),
        ("robot", set()),
        ("b", set()),
    ],
)
def test_a_word_that_hardly_anything_holds_may_be_pinyin(index: SearchIndex, typed: str, ids: set[int]) -> None:
    assert found(index, typed) == ids


def test_the_page_says_what_pinyin_was_taken_for(index: SearchIndex) -> None:
    page = index.search(Query("焊接 bianyaqi"))
    assert page.readings == {"bianyaqi": ("变压器",)}
    assert {"焊接", "变压器"} <= set(page.hits[0].terms)
    assert page.hits[0].score > 0
    assert index.search(Query("plc 焊接夹具")).readings == {}


def test_a_word_that_documents_do_hold_is_not_taken_for_pinyin(index: SearchIndex) -> None:
    index.put(Document(number, "BYQ型开关", "") for number in (11, 12, 13))
    assert found(index, "byq") == {4, 11, 12, 13}


def test_what_is_found_by_pinyin_is_ranked_as_if_it_were_written(index: SearchIndex) -> None:
    written, said = index.search(Query("变压器")), index.search(Query("bianyaqi"))
    assert [hit.id for hit in written.hits] == [hit.id for hit in said.hits]


@pytest.mark.parametrize(
    ("typed", "offered", "not_offered"),
    [
        ("变", {"变压器"}, {"变"}),
        ("變壓", {"变压器", "变压器油箱"}, set()),
        ("bianya", {"变压器"}, set()),
        ("byq", {"变压器"}, set()),
        ("by", {"变压器"}, set()),
        ("pl", {"plc", "plc控制"}, set()),
        ("焊接 变", {"焊接 变压器"}, {"焊接 变压器绕组"}),
        ("高温焊", {"高温 焊接"}, set()),
        ("的", set(), {"的", "的干燥"}),
        ("潍柴", {"潍柴动力股份有限公司", "潍柴雷沃"}, set()),
        ("weich", {"潍柴动力股份有限公司", "潍柴雷沃"}, set()),
        ("前程", {"青州前程机械"}, set()),
        ("青", {"青州前程机械"}, set()),
        ("变压器", {"变压器油箱"}, {"变压器"}),
    ],
)
def test_what_is_offered_goes_on_and_finds_something(
    index: SearchIndex, typed: str, offered: set[str], not_offered: set[str]
) -> None:
    texts = {one.text for one in index.suggest(typed, 20)}
    if typed == "高温焊":
        index.put([Document(9, "高温焊机", "焊接")])
        texts = {one.text for one in index.suggest("高温 焊", 20)}
    assert offered <= texts
    assert not texts & not_offered
    for text in texts:
        assert found(index, text), text


@pytest.mark.parametrize("typed", ["", " ", "变压器 ", "-变", "“变", "单位:潍", "zzz", "，", "变" * 300, "\ud800"])
def test_nothing_is_offered_where_nothing_can_be(index: SearchIndex, typed: str) -> None:
    assert index.suggest(typed, 8) == ()


def test_words_come_before_names_and_the_frequent_first(index: SearchIndex) -> None:
    index.put(Document(20 + at, "潍柴发动机", f"潍柴{at}厂", {"unit": (f"潍柴{at}厂",)}) for at in range(9))
    texts = index.suggest("潍柴", 6)
    assert [one.is_name for one in texts] == sorted(one.is_name for one in texts)
    assert sum(one.is_name for one in texts) >= 3
    assert texts[0].text == "潍柴发动机"
    assert len(texts) == 6


def test_what_was_deleted_is_no_longer_offered(index: SearchIndex) -> None:
    index.delete([1, 2])
    assert index.suggest("变", 8) == ()
    assert found(index, "bianyaqi") == set()


def test_what_was_just_put_is_offered_at_once(index: SearchIndex) -> None:
    index.put([Document(7, "量子雷达", "蓝海化工", {"unit": ("蓝海化工",)})])
    assert "量子雷达" in [one.text for one in index.suggest("liangzi", 8)]
    assert index.suggest("lanhai", 8)[0].text == "蓝海化工"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("变压汽", ["变压器"]),
        ("变压汽 焊接", ["变压器", "焊接"]),
        ("焊结", ["焊接"]),
        ("机器人焊结", ["机器人 焊接"]),
        ("焊结机器人", ["焊接机器人"]),
        ("变压汽机器人", None),
        ("变压汽夹具", ["变压器 夹具"]),
        ("變壓汽", ["变压器"]),
        ("变呀器", ["变压器"]),
        ("变压机", ["变压器"]),
        ("变器", ["变压器"]),
        ("压变器", ["变压器"]),
        ("plcc", ["plc"]),
        ("bianyaqo", ["变压器"]),
        ("hanjei", ["焊接"]),
        ("变压汽 -夹具", ["变压器", "夹具"]),
        ("-变压汽", None),
        ("“焊结”", ["焊接"]),
        ("量子", None),
        ("", None),
        ("。", None),
        ("变压汽" * 30, None),
        ("plcc 灌装 灌装线 控制的灌装", ["plc", "灌装", "灌装线", "控制的灌装"]),
        ("plcc 灌装 灌装线 控制的灌装 控制的灌装线 潍柴雷沃", None),
    ],
)
def test_a_slip_gets_one_offer_that_finds_something(index: SearchIndex, typed: str, meant: list[str] | None) -> None:
    query = Query(typed)
    better = {old.text: new.text for old, new in index.correct(query)}
    assert [better.get(clause.text, clause.text) for clause in parse(typed)] == meant or (not better and meant is None)
    if better:
        page = index.search(Query(tuple(replace(one, text=better.get(one.text, one.text)) for one in parse(typed))))
        assert page.total
        assert not page.relaxed


def test_an_offer_finds_something_under_the_same_filters(index: SearchIndex) -> None:
    assert index.correct(Query("焊结", {"unit": frozenset({"潍柴动力股份有限公司"})}))
    assert index.correct(Query("焊结", {"unit": frozenset({"潍柴雷沃"})})) == ()


@pytest.fixture
def gathering(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The thread waits until this is set: it may well be done before whoever started it is given the processor again."""
    go_on = threading.Event()

    def gathered(segment: Segment, named: tuple[str, ...]) -> Vocabulary:
        if threading.current_thread().name == GATHERING:
            go_on.wait()
        return vocabulary_of(segment, named)

    monkeypatch.setattr(lexicon, "vocabulary_of", gathered)
    yield go_on
    go_on.set()


def test_the_words_of_many_titles_are_gathered_while_nobody_waits(tmp_path: Path, gathering: threading.Event) -> None:
    index = opened(tmp_path)
    index.put(Document(number, f"变压器油箱{number}", "") for number in range(2_500))
    assert index.suggest("变", 8) == ()
    gathering.set()
    wait_for_gathering()
    assert "变压器油箱" in [one.text for one in index.suggest("变", 8)]
    index.put([Document(9_000, "量子雷达", "")])
    assert index.suggest("量", 8)


def test_while_words_are_gathered_anew_those_from_before_are_known(tmp_path: Path, gathering: threading.Event) -> None:
    index = opened(tmp_path)
    index.put([Document(1, "变压器", "")])
    assert found(index, "bianyaqi") == {1}
    index.rebuild(Document(number, f"变压器油箱{number}", "") for number in range(2_500))
    assert [one.text for one in index.suggest("变", 8)] == ["变压器"]
    assert index.search(Query("bianyaqi")).total == 2_500
    gathering.set()
    wait_for_gathering()
    assert "变压器油箱" in [one.text for one in index.suggest("变", 8)]


def test_a_process_that_warms_up_knows_the_words_before_anybody_asks(tmp_path: Path) -> None:
    opened(tmp_path).put(Document(number, f"变压器油箱{number}", "") for number in range(2_500))
    index = opened(tmp_path)
    index.warm()
    wait_for_gathering()
    assert index.search(Query("bianyaqi")).total == 2_500


def wait_for_gathering() -> None:
    for thread in threading.enumerate():
        if thread.name == GATHERING:
            thread.join()
