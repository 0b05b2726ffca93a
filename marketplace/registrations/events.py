"""What is announced about registrations."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("registration.moved")
@dataclass(frozen=True)
class RegistrationMoved(Event):
    """An application was begun, handed in, refused or withdrawn; or it became a registration, or ceased to be one."""

    registration_id: int
    deal_id: int
    action: str

    @property
    def subject(self) -> str:
        """`registration:7`."""
        return f"registration:{self.registration_id}"


@event("registration.record_moved")
@dataclass(frozen=True)
class RecordMoved(Event):
    """A paper of the registrar was recorded, verified, returned or withdrawn; amounts in fen."""

    record_id: int
    registration_id: int
    deal_id: int
    kind: str
    action: str
    a2_fen: int
    a3_fen: int

    @property
    def subject(self) -> str:
        """`registration_record:7`."""
        return f"registration_record:{self.record_id}"


@event("patent_transfer.moved")
@dataclass(frozen=True)
class TransferMoved(Event):
    """The registration of a patent's assignment was applied for, has taken effect, or was refused."""

    transfer_id: int
    deal_id: int
    action: str
    by_party_id: int | None = None

    @property
    def subject(self) -> str:
        """`patent_transfer:7`."""
        return f"patent_transfer:{self.transfer_id}"
