"""What was worked out about a whole collection lasts while that hardly changes: a view of it, and the bar of a list."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from search_index.snapshot import Snapshot

DRIFT = 1 / 64
"""By this share a collection may change before it is looked at anew: no more than the sample behind an average leaves open."""

KEPT = 1_024
"""So much is kept for a collection, at some 8 kB each."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was worked out: the generation, its commits and its documents so far."""

    generation: str
    commits: int
    documents: int

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Moment":
        return cls(*snapshot.key, snapshot.documents)

    def is_near(self, snapshot: Snapshot) -> bool:
        """Whether little has changed since: so many documents have come or gone, in so many commits."""
        changes = abs(snapshot.documents - self.documents) + snapshot.key[1] - self.commits
        return self.generation == snapshot.key[0] and changes <= DRIFT * self.documents


class Lasting(Protocol):
    """What is kept says when it was worked out."""

    @property
    def moment(self) -> Moment: ...


T = TypeVar("T", bound=Lasting)


def kept(snapshot: Snapshot, key: Any, work_out: Callable[[], T]) -> T:
    """What is kept for a snapshot under a key, worked out anew where too much has changed since. Threads may share it."""
    found: T | None = snapshot.kept.get(key)
    if found is None or not found.moment.is_near(snapshot):
        found = work_out()
        if len(snapshot.kept) >= KEPT:
            snapshot.kept.clear()
        snapshot.kept[key] = found
    return found
