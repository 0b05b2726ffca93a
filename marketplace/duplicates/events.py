"""What is announced about duplicates."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("duplicate.moved")
@dataclass(frozen=True)
class DuplicateMoved(Event):
    """Two records were suspected to be one contract, or an official has said whether they are. Records as `deal:7`.

    `standing` is the record that counts, once they are found to be the same.
    """

    duplicate_id: int
    action: str
    first: str
    second: str
    standing: str = ""

    @property
    def subject(self) -> str:
        """`duplicate:7`."""
        return f"duplicate:{self.duplicate_id}"
