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
from enum import StrEnum


class Account(StrEnum):
    """Where an amount stands. The balance of an account is what was debited less what was credited."""

    AGREED = "agreed"
    OWED = "owed"
    RECEIVED = "received"
    COSTS = "costs"
    AWARDED = "awarded"
    PAID_OUT = "paid_out"
    TAX = "tax"


class TransferKind(StrEnum):
    """Why an amount moved."""

    SIGNED = "signed"
    RELEASED = "released"
    ROYALTY = "royalty"
    RECEIPT = "receipt"
    REFUND = "refund"
    DEDUCTION = "deduction"
    RESTORED = "restored"
    REWARD = "reward"
    REVOKED = "revoked"
    PAYOUT = "payout"
    WITHHELD = "withheld"
    PAYOUT_BACK = "payout_back"
    TAX_BACK = "tax_back"


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
