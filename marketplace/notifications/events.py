"""The facts notifications hand to the outbox."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("notification.made")
@dataclass(frozen=True)
class NotificationMade(Event):
    """Somebody has a new line in the inbox, which goes out by mail as well. Not audited: what it tells of is."""

    notification_id: int

    @property
    def subject(self) -> str:
        """`notification:7`."""
        return f"notification:{self.notification_id}"
