"""What is announced about targets."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("target.set")
@dataclass(frozen=True)
class TargetSet(Event):
    """A target was set, changed or (value None) taken back: fen or a number; no county for the city."""

    target_id: int
    year: int
    code: str
    county: str | None
    value: int | None

    @property
    def subject(self) -> str:
        """`target:7`."""
        return f"target:{self.target_id}"
