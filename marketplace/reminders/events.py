"""What is announced about reminders."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("reminder.sent")
@dataclass(frozen=True)
class ReminderSent(Event):
    """An official, or a party that waits, has reminded people of something; `about` names it as `payment:7`."""

    reminder_id: int
    about: str
    people: int

    @property
    def subject(self) -> str:
        """`reminder:7`."""
        return f"reminder:{self.reminder_id}"
