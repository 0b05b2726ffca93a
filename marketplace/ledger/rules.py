"""The accounts of a deal, and the kinds of transfers between them. Pure.

Every row moves an amount from one account (credit) to another (debit), so the sum over all accounts is zero whatever is posted.
The platform holds no money: these are accounts about the parties' money, one set for each deal.

    agreed   ── signed, royalty ──▶ owed       owed     ── receipt ───▶ received   received ── reward ──▶ awarded
    owed     ── released ─────────▶ agreed     received ── refund ────▶ owed       awarded  ── revoked ─▶ received
    received ── deduction ────────▶ costs      costs    ── restored ──▶ received   awarded  ── payout ──▶ paid out
                                                                                   awarded  ── withheld ▶ tax

Payouts and their tax can be taken back (payout_back, tax_back) when they were recorded by mistake.
"""

from collections.abc import Mapping

from marketplace.kernel.messages import N_, Labelled


class Account(Labelled):
    """Where an amount stands. The balance of an account is what was debited less what was credited."""

    AGREED = "agreed", N_("Agreed price")
    OWED = "owed", N_("Owed by the buyer")
    RECEIVED = "received", N_("Received by the seller")
    COSTS = "costs", N_("Costs deducted")
    AWARDED = "awarded", N_("Awarded to people")
    PAID_OUT = "paid_out", N_("Paid to people")
    TAX = "tax", N_("Income tax withheld")


class TransferKind(Labelled):
    """Why an amount moved."""

    SIGNED = "signed", N_("Contract in force")
    RELEASED = "released", N_("Contract terminated")
    ROYALTY = "royalty", N_("Royalty agreed")
    RECEIPT = "receipt", N_("Receipt")
    REFUND = "refund", N_("Refund")
    DEDUCTION = "deduction", N_("Deduction of costs")
    RESTORED = "restored", N_("Deduction taken back")
    REWARD = "reward", N_("Reward approved")
    REVOKED = "revoked", N_("Reward taken back")
    PAYOUT = "payout", N_("Payout")
    WITHHELD = "withheld", N_("Income tax of a payout")
    PAYOUT_BACK = "payout_back", N_("Payout taken back")
    TAX_BACK = "tax_back", N_("Income tax taken back")


ENTRIES: Mapping[TransferKind, tuple[Account, Account]] = {
    TransferKind.SIGNED: (Account.OWED, Account.AGREED),
    TransferKind.RELEASED: (Account.AGREED, Account.OWED),
    TransferKind.ROYALTY: (Account.OWED, Account.AGREED),
    TransferKind.RECEIPT: (Account.RECEIVED, Account.OWED),
    TransferKind.REFUND: (Account.OWED, Account.RECEIVED),
    TransferKind.DEDUCTION: (Account.COSTS, Account.RECEIVED),
    TransferKind.RESTORED: (Account.RECEIVED, Account.COSTS),
    TransferKind.REWARD: (Account.AWARDED, Account.RECEIVED),
    TransferKind.REVOKED: (Account.RECEIVED, Account.AWARDED),
    TransferKind.PAYOUT: (Account.PAID_OUT, Account.AWARDED),
    TransferKind.WITHHELD: (Account.TAX, Account.AWARDED),
    TransferKind.PAYOUT_BACK: (Account.AWARDED, Account.PAID_OUT),
    TransferKind.TAX_BACK: (Account.AWARDED, Account.TAX),
}
"""Which account is debited, and which credited, by each kind."""
