"""What is announced about listings. One event tells of every move along a state table; the action says which."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@dataclass(frozen=True)
class _OfListing(Event):
    kind: str
    listing_id: int

    @property
    def subject(self) -> str:
        """`result:7` or `need:7`."""
        return f"{self.kind}:{self.listing_id}"


@event("listing.moved")
@dataclass(frozen=True)
class ListingMoved(_OfListing):
    """A listing took an action of its state table."""

    action: str
    from_state: str
    to_state: str


@event("listing.saved")
@dataclass(frozen=True)
class ListingSaved(_OfListing):
    """A draft was created or its text changed; others do not see it yet."""


@event("listing.revised")
@dataclass(frozen=True)
class ListingRevised(_OfListing):
    """A revision was approved: others now see the new text."""

    revision_id: int


@event("listing.revision_moved")
@dataclass(frozen=True)
class RevisionMoved(_OfListing):
    """A revision was proposed, returned or withdrawn."""

    revision_id: int
    action: str


@event("listing.claim_moved")
@dataclass(frozen=True)
class ClaimMoved(_OfListing):
    """A claim was made, approved or refused."""

    claim_id: int
    action: str


@event("listing.indexed")
@dataclass(frozen=True)
class ListingIndexed(_OfListing):
    """Something new can be found: a listing others did not see before, or a new text of one. Passed on, not audited.

    The index holds it by now. `imported` says that it came with many others.
    """

    imported: bool


@event("listing.outdated")
@dataclass(frozen=True)
class ListingOutdated(_OfListing):
    """What the index holds of a listing is not current, though the listing itself has not changed."""


@event("listing.import_finished")
@dataclass(frozen=True)
class ImportFinished(Event):
    """An import came to its end."""

    run_id: int
    created: int
    duplicates: int
    refused: int
    held: int = 0
    """Nearly the same as others, waiting for a word. Rows written before there were any lack it."""

    @property
    def subject(self) -> str:
        """`import:3`."""
        return f"import:{self.run_id}"


@event("listing.import_requested")
@dataclass(frozen=True)
class ImportRequested(Event):
    """An import of the stored file `sha256` is to go on behind its first `done` rows: at its start and after each step."""

    run_id: int
    kind: str
    sha256: str
    done: int

    @property
    def subject(self) -> str:
        """`import:3`."""
        return f"import:{self.run_id}"
