"""The view of the other side: how far a text stands out for each document that was found for it.

Of two needs that a result meets with the same words, it suits that one better for which hardly any other result does. Each
document asks for the text in turn, and what counts is the distance from the average of its collection.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search_index.asking import Profile, asked
from search_index.lasting import Moment, kept
from search_index.scorer import Scorer, Weighed
from search_index.snapshot import Snapshot

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

SAMPLE = 8_192
"""Average and spread of a score are taken from so many documents; a sixtieth of a deviation is what that leaves open."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Where a text comes from: its collection, how that is matched itself, and the text's own number in it, if it has one."""

    snapshot: Snapshot
    profile: Profile
    id: int | None = None


def standings(snapshot: Snapshot, rows: I64, asker: Asker) -> F64:
    """For each row, by how many standard deviations the asker's document stands above the average of its collection.

    Never below 0, and 0 where there is no such document or nothing tells the others apart.
    """
    own = asker.snapshot.rows_of([] if asker.id is None else [asker.id])
    if not len(own):
        return np.zeros(len(rows))
    return np.array([_standing(snapshot, row, asker, int(own[0])) for row in rows.tolist()])


def _standing(snapshot: Snapshot, row: int, asker: Asker, at: int) -> float:
    view = _view(snapshot, row, asker)
    return max(0.0, (view.weighed.score(asker.snapshot, at) - view.average) / view.spread) if view.spread else 0.0


@dataclass(frozen=True, slots=True)
class View:
    """How a document sees the other collection: what its terms weigh there, and the average and the spread of scores."""

    weighed: Weighed
    average: float
    spread: float
    moment: Moment


def _view(snapshot: Snapshot, row: int, asker: Asker) -> View:
    """Many texts ask for the same view, and what is published in between hardly changes it."""

    def look() -> View:
        document = snapshot.document(row)
        terms = asked(document.title, document.body, asker.profile, snapshot)
        scorer = Scorer(asker.snapshot, terms, asker.profile.weighting)
        return View(scorer.weighed, *scorer.spread(SAMPLE), Moment.of(asker.snapshot))

    return kept(asker.snapshot, (int(snapshot.ids[row]), int(snapshot.versions[row])), look)
