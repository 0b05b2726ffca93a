"""What is announced about rights to buy first."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("preemption.moved")
@dataclass(frozen=True)
class PreemptionMoved(Event):
    """A contributor was told of the terms of a contract (`tell`), does not buy (`waive`), or wants to (`exercise`)."""

    preemption_id: int
    deal_id: int
    document_id: int
    action: str

    @property
    def subject(self) -> str:
        """`preemption:7`."""
        return f"preemption:{self.preemption_id}"
