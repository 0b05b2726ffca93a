"""What is announced about alerts. Who hears what of whom is the person's own business: events name ids alone."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@dataclass(frozen=True)
class _OfPerson(Event):
    user_id: int

    @property
    def subject(self) -> str:
        """`user:7`."""
        return f"user:{self.user_id}"


@event("alerts.preference_changed")
@dataclass(frozen=True)
class PreferenceChanged(_OfPerson):
    """A person wants to be told more or less often."""

    frequency: str


@event("alerts.muted")
@dataclass(frozen=True)
class Muted(_OfPerson):
    """A person wants to hear no more of something; ids are those that the scope needs."""

    scope: str
    result_id: int | None
    need_id: int | None
    search_id: int | None


@event("alerts.unmuted")
@dataclass(frozen=True)
class Unmuted(Muted):
    """A person wants to hear of it again."""


@event("alerts.search_moved")
@dataclass(frozen=True)
class SearchMoved(_OfPerson):
    """A search was saved, changed or deleted."""

    search_id: int
    action: str


@event("alerts.due")
@dataclass(frozen=True)
class AlertsDue(_OfPerson):
    """Something waits for a person whose hour has come. Passed on to the handlers, not audited."""

    frequency: str


@event("alerts.message_made")
@dataclass(frozen=True)
class MessageMade(Event):
    """A person has a message that goes out by mail as well. Passed on to the handlers, not audited."""

    message_id: int

    @property
    def subject(self) -> str:
        """`alert_message:7`."""
        return f"alert_message:{self.message_id}"
