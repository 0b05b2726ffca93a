"""How many segments there are, and what merging and compacting leave of them."""

import random
import subprocess
import sys
from pathlib import Path

from search_index.document import Query
from search_index.index import SearchIndex
from search_index.whoosh_store import SMALL
from tests.contract.plain import numbered


def test_publishing_one_by_one_keeps_segments_few(index: SearchIndex) -> None:
    most = 0
    for number in range(150):
        index.put([numbered(number)])
        most = max(most, index.status().segments)
    assert most <= 20
    assert index.search(Query("压电陶瓷")).total == 150
    assert [hit.id for hit in index.search(Query("", sort="at", limit=3)).hits] == [149, 148, 147]


def test_large_segments_are_left_to_compact(index: SearchIndex) -> None:
    for start in range(8):
        index.put(numbered(number) for number in range(start * SMALL, (start + 1) * SMALL))
    index.put([numbered(100_000)])
    assert index.status().segments == 9
    index.compact()
    assert index.status().segments == 2
    assert len(index.versions()) == 8 * SMALL + 1


def test_compacting_gives_back_the_space_of_what_was_deleted(index: SearchIndex) -> None:
    index.put(numbered(number) for number in range(1_000))
    full = index.status().bytes
    index.delete(range(500))
    index.compact()
    assert index.status().bytes < 0.6 * full
    assert set(index.versions()) == set(range(500, 1_000))
    assert index.search(Query("压电陶瓷", facets=("county",))).facets == {"county": {"寿光市": 500}}


def test_deleting_everything_leaves_an_index_that_works(index: SearchIndex) -> None:
    index.put(numbered(number) for number in range(5))
    index.delete(range(9))
    assert index.search(Query("压电")).total == 0
    assert index.match("压电", "", 5) == ()
    index.compact()
    index.put([numbered(3)])
    assert index.versions() == {3: 1}
    assert index.status().segments == 1


def test_the_last_of_two_documents_with_one_id_counts(index: SearchIndex) -> None:
    index.put([numbered(1, 1), numbered(2, 1), numbered(1, 2)])
    index.put([numbered(2, 5)])
    assert index.versions() == {1: 2, 2: 5}
    assert index.search(Query("压电")).total == 2


def test_more_documents_than_one_batch_are_one_commit(index: SearchIndex) -> None:
    index.put(numbered(number) for number in range(9_000))
    assert index.status().segments == 1
    assert index.search(Query("压电陶瓷")).total == 9_000
    assert [hit.id for hit in index.search(Query("8999")).hits] == [8_999]
    explained = index.explain("8500", "", 8_500)
    assert explained is not None
    assert explained.score > 0


def test_compacting_and_deleting_where_there_is_nothing_is_no_error(index: SearchIndex) -> None:
    index.compact()
    index.delete([1])
    assert index.versions() == {}


def test_segments_get_names_of_their_own_whatever_the_random_seed(index: SearchIndex) -> None:
    for number in range(3):
        random.seed(1)
        index.put([numbered(number)])
    assert index.status().segments == 3
    assert set(index.versions()) == {0, 1, 2}


def test_warming_up_writes_nothing(index: SearchIndex) -> None:
    index.warm()
    assert index.status().generation == ""


_USE_AFTER_WARMING = """
import pathlib, sys
from search_index import kernels, place_kernels, text_kernels
from search_index.document import Document, Query
from search_index.index import SearchIndex

index = SearchIndex(pathlib.Path(sys.argv[1]), ("county",), ())
index.warm()
modules = (kernels, place_kernels, text_kernels)
found = {name: k for module in modules for name, k in vars(module).items() if hasattr(k, "signatures")}
compiled = lambda: {name: list(kernel.signatures) for name, kernel in found.items()}
before = compiled()
for number in range(20):
    index.put([Document(number, "压电体", "陶瓷", {"county": ("寿光市",)})])
index.delete([3])
assert index.search(Query("压电体 标题:压电体", facets=("county",))).total == 19
assert len(index.match("压电", "陶瓷", 50)) == 19
index.rebuild(Document(number, "压电", "陶瓷") for number in range(9_000))
index.compact()
assert all(before[name] for name in ("find_ends", "finish_scores", "copy_postings", "find_run", "find_phrase", "copy_places"))
assert compiled() == before, compiled()
"""


def test_after_warming_up_nothing_is_compiled_while_somebody_waits(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _USE_AFTER_WARMING, str(tmp_path)], check=True)
