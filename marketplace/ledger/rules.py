"""The accounts of a deal, and the kinds of transfers between them. Pure.

Every row moves an amount from one account (credit) to another (debit), so the sum over all accounts is zero whatever is posted.
The platform holds no money: these are accounts about the parties' money, one set for each deal.

    agreed ──signed──▶ owed ──receipt──▶ received
      ◀──released──      ◀──refund──
"""

from collections.abc import Mapping

from marketplace.kernel.messages import N_, Labelled


class Account(Labelled):
    """Where an amount stands. The balance of an account is what was debited less what was credited."""

    AGREED = "agreed", N_("Agreed price")
    OWED = "owed", N_("Owed by the buyer")
    RECEIVED = "received", N_("Received by the seller")


class TransferKind(Labelled):
    """Why an amount moved."""

    SIGNED = "signed", N_("Contract in force")
    RELEASED = "released", N_("Contract terminated")
    RECEIPT = "receipt", N_("Receipt")
    REFUND = "refund", N_("Refund")


ENTRIES: Mapping[TransferKind, tuple[Account, Account]] = {
    TransferKind.SIGNED: (Account.OWED, Account.AGREED),
    TransferKind.RELEASED: (Account.AGREED, Account.OWED),
    TransferKind.RECEIPT: (Account.RECEIVED, Account.OWED),
    TransferKind.REFUND: (Account.OWED, Account.RECEIVED),
}
"""Which account is debited, and which credited, by each kind."""
