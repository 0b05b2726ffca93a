"""One unchanging view of the index: what a request holds from its first look to its last.

Read from the newest table of contents; segments are shared with the previous snapshot. Per document arrays are laid
end to end over all segments ("rows"); postings stay per segment. Nothing here scores.
"""

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from search_index import whoosh_store
from search_index.document import MISSING, Document
from search_index.durable_storage import DurableStorage
from search_index.edition import check_layout
from search_index.generations import Generations
from search_index.segment_file import Facet, Segment, facet_of, joined_facet, sort_of
from search_index.whoosh_store import ArraysSegment, StoredTexts

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_TRIES, _PAUSE = 20, 0.005
"""A writer may remove files after the table of contents was read and before they are open: all of it is redone then."""

_NOTHING = ("", -1)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """One segment in a snapshot; its document i is row base + i."""

    name: str
    segment: Segment
    texts: StoredTexts
    live: Flags
    base: int
    lengths: F64
    """The lengths of all live documents together: single terms and pairs of titles, then of bodies."""
    impacts: dict[Any, Any]
    """What was worked out of the segment's terms for each way of weighing; it lasts as long as the segment does."""

    @property
    def rows(self) -> slice:
        return slice(self.base, self.base + len(self.segment))

    @property
    def deleted(self) -> int:
        return len(self.live) - int(np.count_nonzero(self.live))


class Snapshot:
    """All live documents at one moment. `key` is the generation's name and the number of its table of contents.

    `problem` is what kept the index from being read; the snapshot is then empty.
    """

    def __init__(self, key: tuple[str, int], parts: Sequence[Part] = (), problem: Exception | None = None) -> None:
        self.key = key
        self.parts = tuple(parts)
        self.problem = problem
        self.ids: I64 = _joined([part.segment.ids for part in parts], np.int64)
        self.live: Flags = _joined([part.live for part in parts], np.bool_)
        self.documents = int(self.live.sum())
        self._totals = np.sum([np.zeros(4), *(part.lengths for part in parts)], axis=0)
        self.kept: dict[Any, Any] = {}
        """What was worked out about this snapshot, or about one shortly before (lasting.py)."""
        self._facets: dict[str, Facet] = {}
        self._sorts: dict[str, F64] = {}
        self._norms: dict[tuple[float, float, float], tuple[F64, F64]] = {}

    @cached_property
    def versions(self) -> I64:
        """The version of every row; only comparing with the database asks for all of them."""
        return self._column("versions")

    @cached_property
    def stamps(self) -> I64:
        """When every row was put, as the number of its table of contents."""
        return self._column("stamps")

    def _column(self, name: str) -> I64:
        found: I64 = _joined([getattr(part.segment, name) for part in self.parts], np.int64)
        return found

    def facet(self, name: str) -> Facet:
        """The facet over all rows: put together once, where every search would go through the segments for each of its facets.

        Its numbers take two bytes where that is enough, as counting is mostly waiting for them.
        """
        if name not in self._facets:
            self._facets[name] = joined_facet([(facet_of(part.segment, name), None) for part in self.parts]).narrowed()
        return self._facets[name]

    def sort(self, name: str) -> F64:
        """The sort key over all rows, not a number where it is missing."""
        if name not in self._sorts:
            self._sorts[name] = _joined([sort_of(part.segment, name) for part in self.parts], np.float64)
        return self._sorts[name]

    def norms(self, k1: float, b: float, title_weight: float) -> tuple[F64, F64]:
        """BM25's k1 · (1 - b + b · length / average length) of every row, for single terms and for pairs."""
        key = (k1, b, title_weight)
        if key not in self._norms:
            self._norms[key] = (self._norm(0, *key), self._norm(1, *key))
        return self._norms[key]

    def averages(self, title_weight: float) -> tuple[float, float]:
        """The average length of live documents in single terms and in pairs, 1 where there are none."""
        count = max(self.documents, 1)
        single, pair = (float(title_weight * self._totals[kind] + self._totals[kind + 2]) / count for kind in (0, 1))
        return single or 1.0, pair or 1.0

    def usual_body_length(self) -> float:
        """The average length of the bodies of live documents in single terms, 0 where there are none."""
        return float(self._totals[2]) / max(self.documents, 1)

    def _norm(self, kind: int, k1: float, b: float, title_weight: float) -> F64:
        lengths = (part.segment.lengths for part in self.parts)
        weighed: F64 = _joined([title_weight * each[kind] + each[kind + 2] for each in lengths], np.float64)
        return k1 * (1 - b) + weighed * (k1 * b / self.averages(title_weight)[kind])

    def rows_of(self, ids: Iterable[int]) -> I64:
        """The live rows of these documents."""
        wanted = np.fromiter(ids, np.int64)
        return np.flatnonzero(np.isin(self.ids, wanted) & self.live)

    def located(self, rows: I64) -> Iterator[tuple[Part, I64]]:
        """The rows by segment, each as numbers within it. The rows must be sorted."""
        cuts = np.searchsorted(rows, [*(part.base for part in self.parts), len(self.ids)]).tolist()
        for part, begin, end in zip(self.parts, cuts, cuts[1:], strict=False):
            if begin < end:
                yield part, rows[begin:end] - part.base

    def document(self, row: int) -> Document:
        """The document as it was put."""
        part, (at,) = next(self.located(np.array([row])))
        title, body = part.texts.title_and_body(int(at))
        facets = {}
        for name, facet in part.segment.facets.items():
            start, end = facet.numbers.offsets[at : at + 2]
            values = [facet.names[number] for number in facet.numbers.values[start:end]]
            facets[name] = tuple(value for value in values if value != MISSING)
        sorts = {name: float(key[at]) for name, key in part.segment.sorts.items() if not np.isnan(key[at])}
        return Document(int(self.ids[row]), title, body, facets, sorts, int(part.segment.versions[at]))


def _joined(arrays: list[Any], kind: Any) -> Any:
    return np.concatenate(arrays) if arrays else np.empty(0, kind)


def is_passing(problem: Exception) -> bool:
    """Whether the machine is short of something for now, rather than the index damaged."""
    return isinstance(problem, OSError | MemoryError) and not isinstance(problem, FileNotFoundError)


class Snapshots:
    """Hands out the newest snapshot; threads may share it. A damaged index gives an empty snapshot and a log line."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._newest = Snapshot(_NOTHING)
        self._opening = threading.Lock()

    def newest(self) -> Snapshot:
        if self._key() == self._newest.key:
            return self._newest
        with self._opening:
            if self._key() != self._newest.key:
                before, self._newest = self._newest, self._opened()
                self._newest.kept = before.kept
            return self._newest

    def _key(self) -> tuple[str, int]:
        name = self._generations.current()
        return (name, whoosh_store.latest(self._generations.path(name))) if name else _NOTHING

    def _opened(self) -> Snapshot:
        problem: Exception | None = None
        for _ in range(_TRIES):
            key = self._key()
            if key == _NOTHING:
                return Snapshot(key)
            try:
                return self.read(key[0])
            except Exception as error:  # noqa: BLE001 - a damaged pickle can raise anything, and is logged below
                problem = error
                time.sleep(_PAUSE)
        _log.error("the index %s cannot be read and counts as empty", self._generations.path(key[0]), exc_info=problem)
        # What may pass is looked at again the next time; damage remains until something is written.
        return Snapshot((key[0], -2) if problem and is_passing(problem) else key, problem=problem)

    def read(self, name: str) -> Snapshot:
        """The newest snapshot of a generation. Raises whatever a damaged file leads to."""
        folder = self._generations.path(name)
        check_layout(folder)
        number, segments = whoosh_store.read_segments(folder)
        known = {part.name: part for part in self._newest.parts if self._newest.key[0] == name}
        parts, base = [], 0
        for segment in segments:
            parts.append(_part(folder, segment, known.get(segment.segment_id()), base))
            base += segment.doc_count_all()
        return Snapshot((name, number), parts)


def _part(folder: Path, segment: ArraysSegment, known: Part | None, base: int) -> Part:
    if known is None:
        storage = DurableStorage(folder)
        content, live = segment.open(storage), segment.live()
        return Part(
            segment.segment_id(), content, StoredTexts(storage, segment), live, base, _lengths(content, live), {}
        )
    if segment.deleted_count() == known.deleted:
        # Of a segment more and more is deleted, and never less: as many are the same ones.
        return replace(known, base=base)
    live = segment.live()
    return replace(known, live=live, base=base, lengths=_lengths(known.segment, live))


def _lengths(segment: Segment, live: Flags) -> F64:
    lengths: F64 = segment.lengths.sum(axis=1, where=live, dtype=np.float64)
    return lengths
