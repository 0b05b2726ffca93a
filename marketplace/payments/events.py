"""What is announced about payments."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("milestone.moved")
@dataclass(frozen=True)
class MilestoneMoved(Event):
    """A line of a payment plan was planned, fell due, got its invoice or was cancelled; `due_on` as an ISO day."""

    milestone_id: int
    deal_id: int
    action: str
    due_on: str | None = None

    @property
    def subject(self) -> str:
        """`milestone:7`."""
        return f"milestone:{self.milestone_id}"


@event("royalty.moved")
@dataclass(frozen=True)
class RoyaltyMoved(Event):
    """The buyer has stated the figures of a period, or the seller has answered them; `fen` is the royalty."""

    statement_id: int
    deal_id: int
    action: str
    fen: int

    @property
    def subject(self) -> str:
        """`royalty_statement:7`."""
        return f"royalty_statement:{self.statement_id}"


@event("receipt.moved")
@dataclass(frozen=True)
class ReceiptMoved(Event):
    """A payment or refund was reported, confirmed, refused, withdrawn, verified or rejected."""

    receipt_id: int
    deal_id: int
    kind: str
    action: str
    fen: int
    party_id: int | None = None

    @property
    def subject(self) -> str:
        """`receipt:7`."""
        return f"receipt:{self.receipt_id}"
