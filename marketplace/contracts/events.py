"""What is announced about documents."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("document.moved")
@dataclass(frozen=True)
class DocumentMoved(Event):
    """A document was drafted, sent, signed, completed, declined, voided, or its paper uploaded, confirmed, verified."""

    document_id: int
    deal_id: int
    kind: str
    action: str
    sha256: str
    party_id: int | None = None

    @property
    def subject(self) -> str:
        """`document:7`."""
        return f"document:{self.document_id}"
