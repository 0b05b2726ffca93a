"""What is announced about related parties."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("deal.relation_found")
@dataclass(frozen=True)
class RelationFound(Event):
    """It was found, by the platform, a party or an official, whether the parties of a deal are related."""

    deal_id: int
    finding_id: int
    is_related: bool
    by_party_id: int | None = None

    @property
    def subject(self) -> str:
        """`deal:7`."""
        return f"deal:{self.deal_id}"
