"""Documents that resemble a text: scored by the terms they share, and by the view of the other side where that counts."""

import numpy as np
import numpy.typing as npt

from search_index.asking import Profile, asked
from search_index.best import best_rows
from search_index.document import Explanation, Match
from search_index.scorer import Scorer, total
from search_index.selection import ranked
from search_index.snapshot import Snapshot
from search_index.standing import SAMPLE, Asker, standings

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

POOL = 60
"""Of so many, the best by their terms, the other side's view is asked for."""


class Matcher:
    """Matches one text with the documents of a snapshot."""

    def __init__(self, snapshot: Snapshot, profile: Profile, title: str, body: str, asker: Asker | None) -> None:
        terms = asked(title, body, profile, asker.snapshot if asker else None)
        self._snapshot, self._profile = snapshot, profile
        self._other_side = asker if profile.standing and asker and asker.id is not None else None
        self._scorer = Scorer(snapshot, terms, profile.weighting)

    def best(self, allowed: Flags, limit: int, explained: int | None) -> tuple[Match, ...]:
        """The best of the allowed rows; the first `explained` of them, or all, with their reasons."""
        rows, scores = best_rows(self._scorer, allowed, max(limit, POOL) if self._other_side else limit)
        standing = self._standing(rows[:POOL])
        scores[:POOL] += standing
        order = ranked(scores, self._snapshot.ids[rows], limit, descending=True)
        added = dict(zip(rows[:POOL].tolist(), standing.tolist(), strict=True))
        reasons = self._scorer.explanations(np.sort(rows[order][:explained]))
        return tuple(
            Match(int(self._snapshot.ids[row]), score, _explanation(reasons.get(row), added.get(row, 0.0)))
            for row, score in zip(rows[order].tolist(), scores[order].tolist(), strict=True)
        )

    def only(self, row: int) -> Match:
        """One row with its reasons, whether it is among the best or not."""
        rows = np.array([row])
        reason = _explanation(self._scorer.explanations(rows)[row], float(self._standing(rows)[0]))
        return Match(int(self._snapshot.ids[row]), total(reason), reason)

    def _standing(self, rows: I64) -> F64:
        """What the other side's view adds, in the unit of the scores."""
        if self._other_side is None:
            return np.zeros(len(rows))
        back = standings(self._snapshot, rows, self._other_side)
        return self._profile.standing * self._scorer.spread(SAMPLE)[1] * back


def _explanation(reason: Explanation | None, standing: float) -> Explanation:
    return Explanation(reason.shares if reason else (), standing)
