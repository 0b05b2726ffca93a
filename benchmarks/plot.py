"""Draw how the figures of `python -m benchmarks.search` grow with the number of documents.

    python -m benchmarks.plot REPORT.json docs/images/growth.png

REPORT.json is the report of a run over several sizes.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

Report = Mapping[str, Any]

PANELS: Sequence[tuple[str, str, Mapping[str, tuple[str, ...]]]] = (
    (
        "A need as the query, top 50",
        "ms, median",
        {
            "ours, 10 explained": ("need_query", "p50_ms"),
            "tantivy": ("need_query", "tantivy", "p50_ms"),
            "FTS5": ("need_query", "fts5", "p50_ms"),
        },
    ),
    (
        "Keywords, filter, six facets",
        "ms, 95 %",
        {
            "ours": ("keyword_query", "p95_ms"),
            "tantivy": ("keyword_query", "tantivy", "p95_ms"),
            "FTS5": ("keyword_query", "fts5", "p95_ms"),
        },
    ),
    (
        "Pages over HTTP",
        "ms, median",
        {
            "list of results": ("result_page", "p50_ms"),
            "one result": ("result_page", "result", "p50_ms"),
            "matches of a need": ("match_page", "p50_ms"),
        },
    ),
    (
        "From publishing on",
        "ms, 95 %",
        {
            "in the index of another process": ("visible", "p95_ms"),
            "in a list": ("publish_to_alert", "to_found", "p95_ms"),
            "alert written": ("publish_to_alert", "to_alert", "p95_ms"),
        },
    ),
    ("Rebuild from the database", "s", {"both indexes": ("rebuild", "seconds")}),
    (
        "Private memory",
        "MB",
        {
            "web process, 1,000 requests": ("web_memory", "megabytes"),
            "of which the index": ("index_memory", "index_megabytes"),
        },
    ),
)
"""A panel each: title, unit, and where in the report of a size its lines find their figures."""

COLOURS = ("#b3261e", "#57606a", "#9a6700")


def drawn(growth: Mapping[str, Report]) -> Figure:
    """The figure: a panel for each kind, documents along, both ways in powers."""
    sizes = sorted(growth, key=int)
    figure = Figure(figsize=(11, 6.2), layout="constrained")
    axes = figure.subplots(2, 3)
    for axis, (title, unit, lines) in zip(axes.flat, PANELS, strict=True):
        axis.set(title=title, ylabel=unit, xlabel="documents")
        found = {name: [(int(size), _at(growth[size], path)) for size in sizes] for name, path in lines.items()}
        known = {name: [(size, value) for size, value in points if value] for name, points in found.items()}
        if any(known.values()):
            _panel(axis, known, [int(size) for size in sizes])
    return figure


def _panel(axis: Axes, lines: Mapping[str, Sequence[tuple[int, float]]], sizes: Sequence[int]) -> None:
    for (name, points), colour in zip(lines.items(), COLOURS, strict=False):
        if points:
            _draw(axis, points, name, colour)
    axis.set(xscale="log", yscale="log")
    axis.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axis.minorticks_off()
    axis.grid(visible=True, color="#d8dee4", linewidth=0.6)
    axis.legend(frameon=False, fontsize=8)


def _draw(axis: Axes, points: Sequence[tuple[int, float]], name: str, colour: str) -> None:
    axis.plot(*zip(*points, strict=True), marker="o", label=name, color=colour, linewidth=1.4, markersize=4)
    for size, value in points:
        axis.annotate(
            f"{value:,.0f}" if value >= 100 else f"{value:.3g}",
            (size, value),
            (0, 5),
            textcoords="offset points",
            fontsize=7,
            ha="center",
        )


def _at(report: Report, path: Sequence[str]) -> float | None:
    found: Any = report
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, int | float) else None


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw how the figures of benchmarks.search grow.")
    parser.add_argument("report", type=Path)
    parser.add_argument("picture", type=Path)
    arguments = parser.parse_args()
    report = json.loads(arguments.report.read_text(encoding="utf-8"))
    mpl.rcParams["font.size"] = 9
    drawn(report["growth"]).savefig(arguments.picture, dpi=110)


if __name__ == "__main__":
    main()
