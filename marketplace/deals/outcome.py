"""What a termination comes to in money: whoever records one is told before, and everybody after."""

from dataclasses import dataclass

from marketplace.deals.booking import signed_fen
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.payments.queries import net_fixed_receipts


@dataclass(frozen=True)
class Outcome:
    """What stays payable of a contract's fixed price and what has been received of it, less refunds; both in fen with tax."""

    payable_fen: int
    received_fen: int

    @property
    def open_fen(self) -> int:
        """What the buyer still has to pay."""
        return max(self.payable_fen - self.received_fen, 0)

    @property
    def back_fen(self) -> int:
        """What the seller has to send back."""
        return max(self.received_fen - self.payable_fen, 0)

    @property
    def words(self) -> str:
        """What follows, to be translated; `received`, `open` and `back` are the amounts."""
        if self.back_fen:
            return N_("%(received)s has been received so far, so the seller sends %(back)s back to the buyer.")
        if self.open_fen:
            return N_("%(received)s has been received so far, so the buyer still pays %(open)s.")
        return N_("%(received)s has been received so far, so nothing is paid or sent back.")

    @property
    def mark(self) -> str:
        """Tells this outcome from others: a payment that comes in meanwhile makes another one."""
        return f"{self.payable_fen}:{self.received_fen}"


def outcome(uow: UnitOfWork, deal_id: int, payable_fen: int) -> Outcome:
    """What it comes to when so much stays payable. Raises InvalidInput for more than the contract's amount."""
    if not 0 <= payable_fen <= signed_fen(uow.session, deal_id):
        raise InvalidInput(N_("What stays payable cannot be more than the contract's amount."), field="payable")
    return Outcome(payable_fen, net_fixed_receipts(uow.session, deal_id))
