"""What is announced about administrators' changes."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("admin.intervened")
@dataclass(frozen=True)
class Intervened(Event):
    """An administrator changed something and said why; the words stand in the intervention."""

    intervention_id: int
    about: str
    action: str

    @property
    def subject(self) -> str:
        """The object that was changed, such as `outbox:7`."""
        return self.about
