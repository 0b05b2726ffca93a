"""What is measured of the index alone: queries, visibility, building, memory. Each function is one section of the report."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.searching.corpus import FACETS, SORTS, Corpus, Text
from benchmarks.searching.memory import private_megabytes
from benchmarks.searching.rivals import field_of, need_terms
from benchmarks.searching.scene import Scene
from benchmarks.searching.timing import interleaved, ratio, summary
from search_index.document import Document, Query
from search_index.index import SearchIndex
from search_index.lexicon import GATHERING

TOP, EXPLAINED = 50, 10
KEYWORD_QUERIES = 400
FEW = {"fts5": 5}
"""FTS5 takes seconds for a need of 300 terms."""

SMALL_COMMITS = 12
VISIBLE_ROUNDS = 60
NEW_IDS = 10_000_000

SPAWN = multiprocessing.get_context("spawn")
Report = dict[str, Any]


def need_query(scene: Scene) -> Report:
    """A need as the query: as a rebuild leaves the index, and again after some single commits."""
    report = _needs_asked(scene, FEW)
    # At the end of the report's other sections too the index has these; they are few and hold nothing that is asked for.
    for document in _extra(scene.corpus, SMALL_COMMITS):
        scene.ours.put([document])
    return report | {"more_segments": _needs_asked(scene, {"fts5": 0})}


def _needs_asked(scene: Scene, most: Mapping[str, int]) -> Report:
    tantivy, fts5 = scene.rivals
    terms = {need: need_terms(need.title, need.body) for need in scene.corpus.needs}
    weighted = {need: tantivy.need_query(found) for need, found in terms.items()}
    once = {need: tantivy.need_query(dict.fromkeys(found, 1)) for need, found in terms.items()}
    contestants: Mapping[str, Callable[[Text], object]] = {
        "ours": lambda need: scene.ours.match(need.title, need.body, TOP, explained=EXPLAINED),
        "ours_all_explained": lambda need: scene.ours.match(need.title, need.body, TOP),
        "tantivy": lambda need: tantivy.top(once[need], TOP),
        "tantivy_weighted": lambda need: tantivy.top(weighted[need], TOP),
        "fts5": lambda need: fts5.top(terms[need], TOP),
    }
    for name, ask in contestants.items():
        if name not in most:
            ask(scene.corpus.needs[0])
    times = interleaved(contestants, scene.corpus.needs, most)
    return {
        "top": TOP,
        "explained": EXPLAINED,
        "terms_mean": round(sum(map(len, terms.values())) / len(terms)),
        "segments": {"ours": scene.ours.status().segments, "tantivy": tantivy.searcher.num_segments, "fts5": 1},
        **_compared(times),
    }


def keyword_query(scene: Scene) -> Report:
    """Typed words: top 20, one filter, the number found and the counts of all facets."""
    tantivy, fts5 = scene.rivals
    queries = scene.keyword_queries(KEYWORD_QUERIES)
    contestants: Mapping[str, Callable[[Query], object]] = {
        "ours": scene.ours.search,
        "tantivy": tantivy.keyword_page,
        "fts5": fts5.keyword_page,
    }
    for query in queries[:20]:
        scene.ours.search(query)
        tantivy.keyword_page(query)
    found = sorted(scene.ours.search(query).total for query in queries)
    return {
        "top": 20,
        "facets": len(FACETS),
        "found_median": found[len(found) // 2],
        "tantivy_does": "count and top 20 with the filter, then terms aggregations: one for the facets without a filter, "
        "one for the facet that has it; no phrases",
        "fts5_does": "what matches into a temporary table, then GROUP BY for each facet; no phrases",
        **_compared(interleaved(contestants, queries, {"fts5": 100})),
    }


def _compared(times: Mapping[str, list[float]]) -> Report:
    ours, times = times["ours"], {name: taken for name, taken in times.items() if taken}
    others = {f"ratio_to_{name}": ratio(ours, times[name]) for name in times if not name.startswith("ours")}
    return summary(ours) | others | {name: summary(taken) for name, taken in times.items() if name != "ours"}


def visible(scene: Scene) -> Report:
    """From the call of put to the moment another process finds it, fsync included; and tantivy's commit and reload."""
    ours = _seen_by_another(scene)
    tantivy, _ = scene.rivals
    theirs = []
    for document in _extra(scene.corpus, VISIBLE_ROUNDS, NEW_IDS * 3):
        terms = field_of(document)
        begun = time.perf_counter()
        tantivy.add(document, terms)
        tantivy.writer.commit()
        tantivy.reload()
        theirs.append((time.perf_counter() - begun) * 1_000)
    return summary(ours) | {
        "ratio_to_tantivy": ratio(ours, theirs),
        "tantivy_does": "commit and reload in the same process",
        "tantivy": summary(theirs),
    }


def _seen_by_another(scene: Scene) -> list[float]:
    scene.ours.status()
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=_watch, args=(there, scene.index_folder), daemon=True)
    process.start()
    here.recv()
    _wait_for_words()
    times = []
    for document in _extra(scene.corpus, VISIBLE_ROUNDS, NEW_IDS * 2):
        word = f"visible{document.id}"
        here.send(word)
        begun = time.perf_counter()
        scene.ours.put([replace(document, title=f"{document.title} {word}")])
        times.append((here.recv() - begun) * 1_000)
    here.send("")
    process.join()
    return times


def _wait_for_words() -> None:
    """Whoever has just started gathers the words of all titles, in a thread that takes much of the interpreter for seconds."""
    for thread in threading.enumerate():
        if thread.name == GATHERING:
            thread.join()


def _watch(parent: Connection, folder: Path) -> None:
    """Search for the word one is told until it is found, and say when that was. The clock is that of all processes."""
    index = SearchIndex(folder, FACETS, SORTS)
    index.warm()
    index.search(Query("预热", facets=FACETS))
    _wait_for_words()
    parent.send(True)
    while word := parent.recv():
        while not index.search(Query(word, facets=FACETS)).total:
            time.sleep(0.000_5)
        parent.send(time.perf_counter())


def build(scene: Scene) -> Report:
    """Seconds to build the index alone from documents in memory, and its size on disk."""
    status = scene.ours.status()
    seconds = scene.build_seconds["ours"]
    return {
        "seconds": seconds,
        "documents_per_second": round(scene.documents / max(seconds, 0.1)),
        "megabytes_on_disk": round(status.bytes / 2**20),
    }


def index_memory(scene: Scene) -> Report:
    """Private memory that a process of its own gains by opening the index and asking 1,000 mixed queries."""
    scene.ours.status()
    here, there = SPAWN.Pipe()
    needs = scene.corpus.needs[:100]
    process = SPAWN.Process(target=_remember, args=(there, scene.index_folder, scene.keyword_queries(900), needs))
    process.start()
    before, after = here.recv()
    process.join()
    return {"index_megabytes": round(after - before, 1), "index_process_megabytes": after}


def _remember(parent: Connection, folder: Path, queries: list[Query], needs: list[Text]) -> None:
    index = SearchIndex(folder, FACETS, SORTS)
    index.warm()
    before = private_megabytes()
    for query in queries:
        index.search(query)
    for need in needs:
        index.match(need.title, need.body, TOP, explained=EXPLAINED)
    parent.send((before, private_megabytes()))


def _extra(corpus: Corpus, count: int, base: int = NEW_IDS) -> list[Document]:
    """More documents of the same kind, none of them in the corpus."""
    return [replace(document, id=base + document.id) for document in corpus.documents(count, seed=base)]
