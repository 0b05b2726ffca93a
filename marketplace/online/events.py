"""What is announced about online payments."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("online_account.moved")
@dataclass(frozen=True)
class AccountMoved(Event):
    """An account at the processor was named, connected, refused or ended."""

    account_id: int
    organisation_id: int
    action: str

    @property
    def subject(self) -> str:
        """`online_account:7`."""
        return f"online_account:{self.account_id}"


@event("payment_page.moved")
@dataclass(frozen=True)
class PageMoved(Event):
    """A payment page was asked for, opened, paid, expired or failed; `fen` is what it is for."""

    page_id: int
    deal_id: int
    action: str
    fen: int

    @property
    def subject(self) -> str:
        """`payment_page:7`."""
        return f"payment_page:{self.page_id}"


@event("processor.told")
@dataclass(frozen=True)
class ProcessorTold(Event):
    """An event of the processor was stored; what it is about has still to be asked for."""

    event_id: int

    @property
    def subject(self) -> str:
        """`processor_event:7`."""
        return f"processor_event:{self.event_id}"


@event("processor.day_ended")
@dataclass(frozen=True)
class ReconcileDue(Event):
    """The processor's own list is to be compared with what is kept here, back to `since` (an ISO moment)."""

    since: str

    @property
    def subject(self) -> str:
        """`processor:reconcile`."""
        return "processor:reconcile"


@event("dispute.moved")
@dataclass(frozen=True)
class DisputeMoved(Event):
    """The payer's bank contests a payment, or the dispute is settled; `fen` is what it is about."""

    dispute_id: int
    receipt_id: int
    deal_id: int
    action: str
    fen: int

    @property
    def subject(self) -> str:
        """`dispute:7`."""
        return f"dispute:{self.dispute_id}"
