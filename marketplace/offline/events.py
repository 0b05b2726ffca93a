"""What is announced about the offline ledger."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@dataclass(frozen=True)
class _OfEntry(Event):
    entry_id: int

    @property
    def subject(self) -> str:
        """`offline:7`."""
        return f"offline:{self.entry_id}"


@event("offline.entered")
@dataclass(frozen=True)
class OfflineEntered(_OfEntry):
    """A deal made outside the platform was typed or imported; `fen` with tax."""

    fen: int
    dated: str
    import_id: int | None


@event("offline.reversed")
@dataclass(frozen=True)
class OfflineReversed(_OfEntry):
    """A row was booked off by another; `same_as` is the record it was found to be the same as, such as `deal:7`."""

    reversal_id: int
    same_as: str


@event("offline.paper_added")
@dataclass(frozen=True)
class OfflinePaperAdded(_OfEntry):
    """A scan was laid beside a row."""

    paper_id: int
    sha256: str


@event("offline.import_moved")
@dataclass(frozen=True)
class OfflineImportMoved(Event):
    """A sheet was read, imported or put aside; `taken` of its rows were entered."""

    import_id: int
    action: str
    sha256: str
    taken: int

    @property
    def subject(self) -> str:
        """`offline_import:7`."""
        return f"offline_import:{self.import_id}"
