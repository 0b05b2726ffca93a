"""Whoever changes what texts become has to raise the number by which older indexes are known."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from search_index.document import Document
from search_index.edition import ANALYSIS, LAYOUT, Edition, NewerEditionError, edition_of
from search_index.segment_file import segment_of
from tests.contract.plain import opened

TEXTS = ("變壓器油箱自動焊接工装", "ＰＬＣ控制的5G机器人，pH≤7 ㎡", "𠮷野 々 カタカナ 한국어 ﬁx", "压电陶瓷/MnZn铁氧体")


def _digest() -> str:
    (segment,) = segment_of([Document(number, text, text * 2) for number, text in enumerate(TEXTS)], 1)
    postings = segment.postings
    arrays = (postings.codes, postings.offsets, postings.docs, postings.in_title, postings.in_body)
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()[:16]


def test_texts_become_what_was_noted_for_this_analysis() -> None:
    assert (ANALYSIS, _digest()) == (2, "ac5add80f0d2ecac"), "if this is meant, raise ANALYSIS and note the new digest"


def test_a_segment_has_the_arrays_that_were_noted_for_this_layout() -> None:
    (segment,) = segment_of([Document(1, "压电", "陶瓷", {"county": ("寿光市",)}, {"at": 1.0})], 1)
    kinds = {name: str(getattr(segment, name).dtype) for name in ("lengths", "ids", "versions", "stamps")}
    names = sorted(segment.__slots__)
    assert (LAYOUT, kinds, names) == (
        2,
        {"lengths": "int32", "ids": "int64", "versions": "int64", "stamps": "int64"},
        ["facets", "ids", "lengths", "postings", "sorts", "stamps", "text", "versions"],
    ), "if this is meant, raise LAYOUT"


def test_an_index_begun_by_a_document_asks_for_a_rebuild_and_a_rebuilt_one_does_not(tmp_path: Path) -> None:
    index = opened(tmp_path)
    assert index.is_stale()
    index.put([Document(1, "压电", "")])
    assert index.is_stale()
    index.rebuild([Document(1, "压电", "")])
    assert not index.is_stale()
    index.put([Document(2, "陶瓷", "")])
    assert not index.is_stale()


@pytest.mark.parametrize("rule", ["layout", "analysis", "content"])
def test_an_older_version_neither_writes_into_what_a_newer_one_keeps_nor_builds_it_anew(
    tmp_path: Path, rule: str
) -> None:
    opened(tmp_path).rebuild([Document(1, "压电", "")])
    generation = tmp_path / opened(tmp_path).status().generation
    edition = edition_of(generation)
    assert edition is not None
    replace(edition, **{rule: getattr(edition, rule) + 1}).write(generation)
    older = opened(tmp_path)
    assert not older.is_stale()
    assert older.is_whole() is (rule != "layout"), "another layout cannot be read, and counts as empty"
    for change in (lambda: older.put([Document(2, "陶瓷", "")]), lambda: older.delete([1]), lambda: older.rebuild([])):
        with pytest.raises(NewerEditionError):
            change()
    assert older.status().generation == generation.name


def test_a_newer_version_asks_for_a_rebuild_of_what_an_older_one_keeps() -> None:
    older = Edition(("county",), ("at",), content=3)
    assert not older.serves(replace(older, content=4))
    assert not older.serves(replace(older, facets=("county", "state")))
    assert older.serves(replace(older, facets=()))
