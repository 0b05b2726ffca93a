"""What is announced about confidentiality agreements."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("confidentiality.moved")
@dataclass(frozen=True)
class ConfidentialityMoved(Event):
    """An agreement was asked for, written anew, taken back, signed, declined, lapsed or ended; papers were named."""

    agreement_id: int
    result_id: int
    action: str
    sha256: str
    party_id: int | None = None

    @property
    def subject(self) -> str:
        """`confidentiality:7`."""
        return f"confidentiality:{self.agreement_id}"


@event("confidentiality.opened")
@dataclass(frozen=True)
class ProtectedOpened(Event):
    """Somebody opened a protected part; `sha256` is that of what he was shown."""

    opening_id: int
    agreement_id: int
    thing: str
    sha256: str

    @property
    def subject(self) -> str:
        """`confidentiality:7`."""
        return f"confidentiality:{self.agreement_id}"
