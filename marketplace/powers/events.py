"""What is announced about written powers."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("power.moved")
@dataclass(frozen=True)
class PowerMoved(Event):
    """One signature was handed over (`give`), and the power taken back (`revoke`) or given back (`give_back`)."""

    power_id: int
    deal_id: int
    document_id: int
    party_id: int
    action: str

    @property
    def subject(self) -> str:
        """`power:7`."""
        return f"power:{self.power_id}"
