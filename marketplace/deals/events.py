"""What is announced about deals."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@dataclass(frozen=True)
class _OfDeal(Event):
    deal_id: int

    @property
    def subject(self) -> str:
        """`deal:7`."""
        return f"deal:{self.deal_id}"


@event("deal.moved")
@dataclass(frozen=True)
class DealMoved(_OfDeal):
    """A deal was opened or took an action of its lifecycle."""

    action: str
    from_state: str
    to_state: str
    by_party_id: int | None = None


@event("deal.use_ending")
@dataclass(frozen=True)
class UseEnding(_OfDeal):
    """The use without payment that was agreed ends soon, and the buyer has not ended it."""


@event("deal.message_sent")
@dataclass(frozen=True)
class MessageSent(_OfDeal):
    """One side wrote to the other."""

    message_id: int
    by_party_id: int | None


@event("deal.offer_moved")
@dataclass(frozen=True)
class OfferMoved(_OfDeal):
    """An offer was made, countered, accepted, declined, withdrawn, or lapsed."""

    offer_id: int
    action: str
    by_party_id: int | None
