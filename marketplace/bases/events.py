"""What is announced about bases."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("base.saved")
@dataclass(frozen=True)
class BaseSaved(Event):
    """A base was registered or changed."""

    base_id: int

    @property
    def subject(self) -> str:
        """`base:7`."""
        return f"base:{self.base_id}"
