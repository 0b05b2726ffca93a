"""Match needs and results in both directions and write two TREC runs.

    python -m benchmarks.matching DATA_DIR --runs OUT_DIR

DATA_DIR holds needs.jsonl {id, title, text} and results.jsonl {id, title}. Writes need_to_result.run and
result_to_need.run to OUT_DIR, with up to 1,000 documents for each query, and prints counts and timings as JSON.
The indexes are made in a scratch folder and removed.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from marketplace.listings.catalogue import PROFILES
from marketplace.listings.rules import ListingKind
from search_index.document import Document
from search_index.index import SearchIndex

_DEPTH = 1_000


@dataclass(frozen=True, slots=True)
class Item:
    """A need or a result of the data set."""

    name: str
    title: str
    body: str


def read_items(path: Path) -> list[Item]:
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Item(row["id"], row["title"], row.get("text") or "") for row in rows]


def indexed(folder: Path, items: Sequence[Item], kind: ListingKind) -> tuple[SearchIndex, float]:
    """An index of the items, numbered as they stand and matched as listings of this kind are, and the seconds it took."""
    index = SearchIndex(folder, facets=(), sorts=(), profile=PROFILES[kind])
    begun = time.perf_counter()
    index.put(Document(number, item.title, item.body) for number, item in enumerate(items))
    return index, time.perf_counter() - begun


def write_run(
    path: Path, queries: Sequence[Item], asking: SearchIndex, index: SearchIndex, documents: Sequence[Item]
) -> list[float]:
    """Write the matches of every query, which are documents of `asking`, and return the milliseconds each took."""
    times = []
    with path.open("w", encoding="utf-8") as run:
        for number, query in enumerate(queries):
            begun = time.perf_counter()
            matches = index.match(query.title, query.body, _DEPTH, explained=0, asker=asking.asker(number))
            times.append((time.perf_counter() - begun) * 1_000)
            for rank, match in enumerate(matches, start=1):
                run.write(f"{query.name} Q0 {documents[match.id].name} {rank} {match.score:.9f} jiangguo\n")
    return times


def summary(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "queries": len(ordered),
        "median_ms": round(statistics.median(ordered), 2),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Match needs and results in both directions and write two TREC runs.")
    parser.add_argument("data", type=Path)
    parser.add_argument("--runs", type=Path, required=True)
    arguments = parser.parse_args()
    needs, results = (read_items(arguments.data / name) for name in ("needs.jsonl", "results.jsonl"))
    arguments.runs.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        need_index, need_seconds = indexed(Path(scratch, "needs"), needs, ListingKind.NEED)
        result_index, result_seconds = indexed(Path(scratch, "results"), results, ListingKind.RESULT)
        need_index.warm()
        forward = write_run(arguments.runs / "need_to_result.run", needs, need_index, result_index, results)
        backward = write_run(arguments.runs / "result_to_need.run", results, result_index, need_index, needs)
    report = {
        "needs": len(needs),
        "results": len(results),
        "index_seconds": {"needs": round(need_seconds, 3), "results": round(result_seconds, 3)},
        "need_to_result": summary(forward),
        "result_to_need": summary(backward),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
