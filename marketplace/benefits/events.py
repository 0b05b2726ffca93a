"""What is announced about benefits."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("benefit.moved")
@dataclass(frozen=True)
class BenefitMoved(Event):
    """A benefit was declared, verified, returned, withdrawn or replaced; `fen` is what it comes to."""

    declaration_id: int
    organisation_id: int
    result_id: int
    year: int
    action: str
    fen: int

    @property
    def subject(self) -> str:
        """`benefit:7`."""
        return f"benefit:{self.declaration_id}"
