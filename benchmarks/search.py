"""Measure search and matching at one or several sizes, beside tantivy and SQLite's FTS5 given the same terms.

    python -m benchmarks.search --documents 100000 --corpus FOLDER [--only need_query keyword_query …]

FOLDER holds spreadsheets (*.csv, title first, text last, UTF-8); their sentences are recombined, seeded. Prints one JSON
object, the figures of the largest size at the top and those of each under "growth". Works in a scratch folder that is
removed; nothing is asked of the network.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from importlib import metadata
from pathlib import Path

from benchmarks.searching import index_figures, service_figures
from benchmarks.searching.corpus import Corpus
from benchmarks.searching.index_figures import Report
from benchmarks.searching.scene import Scene

SECTIONS: Mapping[str, Callable[[Scene], Report]] = {
    "need_query": index_figures.need_query,
    "keyword_query": index_figures.keyword_query,
    "build": index_figures.build,
    "index_memory": index_figures.index_memory,
    "visible": index_figures.visible,
    "rebuild": service_figures.rebuild,
    "result_page": service_figures.result_page,
    "match_page": service_figures.match_page,
    "web_memory": service_figures.web_memory,
    "publish_to_alert": service_figures.publish_to_alert,
}
"""In this order: what adds documents comes after what counts them. The pages want the indexes that `rebuild` makes."""

PACKAGES = ("numpy", "numba", "Whoosh", "rjieba", "tantivy", "SQLAlchemy", "Flask", "gunicorn")


def machine() -> Report:
    """What the figures were taken on."""
    return {
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "python_loop_ms": _loop_ms(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
    }


def _loop_ms() -> float:
    """How long a million additions take, at best: machines that are shared differ by the hour, and this says by how much."""
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        sum(range(1_000_000))
        times.append((time.perf_counter() - begun) * 1_000)
    return round(min(times), 2)


def measured(corpus: Corpus, documents: int, sections: Sequence[str]) -> Report:
    """The report of one size."""
    report: Report = {"documents": documents, "python_loop_ms": _loop_ms()}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as until_the_end:
        scene = Scene(corpus, documents, Path(folder), until_the_end)
        for name in SECTIONS:
            if name in sections:
                begun = time.perf_counter()
                report[name] = SECTIONS[name](scene)
                took = time.perf_counter() - begun
                # Beside the report, for whoever waits, or breaks off.
                print(f"{documents}: {name} {took:.0f} s {json.dumps(report[name])}", file=sys.stderr)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure search and matching beside tantivy and FTS5.")
    parser.add_argument("--documents", type=int, nargs="+", default=[100_000])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), default=list(SECTIONS))
    arguments = parser.parse_args()
    report: Report = {"machine": machine()}
    try:
        corpus = Corpus.read(arguments.corpus)
    except FileNotFoundError as error:
        parser.error(str(error))
    growth = {str(count): measured(corpus, count, arguments.only) for count in sorted(arguments.documents)}
    report |= growth[str(max(arguments.documents))]
    if len(growth) > 1:
        report["growth"] = growth
    print(json.dumps(report, ensure_ascii=False))


if __name__ == "__main__":
    main()
