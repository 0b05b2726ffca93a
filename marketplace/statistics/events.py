"""What is announced about figures."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("snapshot.moved")
@dataclass(frozen=True)
class SnapshotMoved(Event):
    """Figures were frozen, published, returned or withdrawn. `sha256` is that of the snapshot's manifest: by this row of the
    audit log nobody can put other figures under the same number later."""

    snapshot_id: int
    number: str
    action: str
    sha256: str

    @property
    def subject(self) -> str:
        """`snapshot:7`."""
        return f"snapshot:{self.snapshot_id}"
