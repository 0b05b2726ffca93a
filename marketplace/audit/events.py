"""What is announced about the audit log itself. It is passed on, not recorded: a row about the last row would need one more."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("audit.day_ended")
@dataclass(frozen=True)
class DayEnded(Event):
    """A day's end of the chain: the number of its last row, that row's hash, and when it was looked at (ISO 8601, UTC)."""

    row_id: int
    row_hash: str
    at: str

    @property
    def subject(self) -> str:
        """`audit:1234`."""
        return f"audit:{self.row_id}"
