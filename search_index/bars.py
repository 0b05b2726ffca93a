"""Which documents are among the first for a text, without the list: each has to reach what the last of the list has."""

from collections.abc import Callable
from dataclasses import dataclass

from search_index import selection
from search_index.asking import Profile, asked
from search_index.best import best_rows
from search_index.lasting import Moment, kept
from search_index.scorer import Scorer, Weighed
from search_index.snapshot import Snapshot
from search_index.standing import Asker

_SLACK = 1 - 1e-6
"""Rounding must not keep out the last of a list."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What the terms of a text weigh, and the lowest score in its list; 0 where the list is not full."""

    weighed: Weighed
    score: float
    moment: Moment


def bar_of(
    snapshot: Snapshot,
    profile: Profile,
    text: tuple[str, str],
    place: int,
    exclude: Callable[[], frozenset[int]],
    asker: Asker | None,
) -> Bar:
    """The bar of a list of `place` documents for a text (title, body), in which those of `exclude` have no place."""

    def measure() -> Bar:
        scorer = Scorer(snapshot, asked(*text, profile, asker.snapshot if asker else None), profile.weighting)
        _, scores = best_rows(scorer, selection.without(snapshot, snapshot.live, exclude()), place)
        return Bar(scorer.weighed, float(scores[-1]) if len(scores) == place else 0.0, Moment.of(snapshot))

    return kept(snapshot, (text, place), measure)


def reaching(snapshot: Snapshot, bar: Bar, ids: frozenset[int]) -> frozenset[int]:
    """Which of these documents reach a bar."""
    rows = snapshot.rows_of(ids).tolist()
    scores = {int(snapshot.ids[row]): bar.weighed.score(snapshot, row) for row in rows}
    return frozenset(id_ for id_, score in scores.items() if score > 0 and score >= bar.score * _SLACK)
