"""What is announced about matches and interests."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("interest.moved")
@dataclass(frozen=True)
class InterestMoved(Event):
    """An interest was expressed, delivered, accepted, declined or lapsed, or somebody was reminded of it (`remind`)."""

    interest_id: int
    action: str
    from_party_id: int
    to_party_id: int

    @property
    def subject(self) -> str:
        """`interest:7`."""
        return f"interest:{self.interest_id}"


@event("match.dismissed")
@dataclass(frozen=True)
class MatchDismissed(Event):
    """One side does not want to see this pair again."""

    result_id: int
    need_id: int
    side: str
    reason: str

    @property
    def subject(self) -> str:
        """`match:3-9` (result, need)."""
        return f"match:{self.result_id}-{self.need_id}"


@event("match.restored")
@dataclass(frozen=True)
class MatchRestored(Event):
    """One side wants to see a pair again that it had put away."""

    result_id: int
    need_id: int
    side: str

    @property
    def subject(self) -> str:
        """`match:3-9` (result, need)."""
        return f"match:{self.result_id}-{self.need_id}"
