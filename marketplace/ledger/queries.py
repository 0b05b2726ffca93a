"""The reading side of the ledger: balances are sums, never stored."""

from collections.abc import Mapping, Sequence

from sqlalchemy import case, func, select, union_all
from sqlalchemy.orm import Session

from marketplace.ledger.models import Transfer
from marketplace.ledger.rules import Account, TransferKind

Balances = Mapping[Account, int]
"""Fen by account: debited less credited."""


def balances(session: Session) -> Mapping[int, Balances]:
    """The balances of every deal that has any, by its id."""
    debits = select(Transfer.deal_id, Transfer.debit.label("account"), Transfer.fen.label("fen"))
    given = select(Transfer.deal_id, Transfer.credit.label("account"), (-Transfer.fen).label("fen"))
    both = union_all(debits, given).subquery()
    statement = select(both.c.deal_id, both.c.account, func.sum(both.c.fen)).group_by(both.c.deal_id, both.c.account)
    found: dict[int, dict[Account, int]] = {}
    for deal_id, account, fen in session.execute(statement):
        found.setdefault(deal_id, {})[Account(account)] = int(fen)
    return found


def owed_by_buyers(session: Session, deal_ids: Sequence[int]) -> dict[int, int]:
    """What the buyers of these deals still owe, in fen by deal; negative where the seller has to send something back."""
    signed = case(
        (Transfer.debit == Account.OWED, Transfer.fen), (Transfer.credit == Account.OWED, -Transfer.fen), else_=0
    )
    sums = select(Transfer.deal_id, func.sum(signed)).where(Transfer.deal_id.in_(deal_ids)).group_by(Transfer.deal_id)
    return {deal_id: int(fen) for deal_id, fen in session.execute(sums)}


def turnover(session: Session, more: TransferKind, less: TransferKind) -> dict[int, int]:
    """Fen by deal: what was posted as the one kind less what was posted as the other."""
    sums: dict[int, int] = {}
    statement = select(Transfer.deal_id, Transfer.kind, func.sum(Transfer.fen))
    of_kinds = statement.where(Transfer.kind.in_((more, less))).group_by(Transfer.deal_id, Transfer.kind)
    for deal_id, kind, fen in session.execute(of_kinds):
        sums[deal_id] = sums.get(deal_id, 0) + (int(fen) if kind is more else -int(fen))
    return sums
