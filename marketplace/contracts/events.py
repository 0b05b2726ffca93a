"""What is announced about documents."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("document.moved")
@dataclass(frozen=True)
class DocumentMoved(Event):
    """A document was drafted, sent, signed, completed, declined, voided, has expired, or its paper was uploaded, confirmed,
    verified."""

    document_id: int
    deal_id: int
    kind: str
    action: str
    sha256: str
    party_id: int | None = None
    was_open: bool = False
    """Of a text that was made void: whether it was out for signature, so that somebody may have signed it."""
    signed_on: str | None = None
    """Of a scan, and of what is complete: the day in China (ISO 8601) on which the last party signed."""

    @property
    def subject(self) -> str:
        """`document:7`."""
        return f"document:{self.document_id}"


@event("document.signing_due")
@dataclass(frozen=True)
class SigningDue(Event):
    """The last day for signing comes near for a party whose turn it is; `days_left` is the setting that said so."""

    document_id: int
    deal_id: int
    party_id: int
    days_left: int

    @property
    def subject(self) -> str:
        """`document:7`."""
        return f"document:{self.document_id}"
