"""Counts the same money twice, from the rows and from the ledger, deal by deal. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.deals.models import Entry
from marketplace.ledger.queries import Balances, balances, turnover
from marketplace.ledger.rules import Account, TransferKind
from marketplace.payments.queries import received_by_deal

SUM_OF_ACCOUNTS = "sum of accounts"
WHAT_IS_OWED = "owed"


@dataclass(frozen=True)
class Difference:
    """A figure of one deal that comes out differently, in fen: by the rows it rests on, and by the ledger."""

    deal_id: int
    figure: str
    rows_fen: int
    ledger_fen: int


@dataclass(frozen=True)
class Checked:
    """The result: how many accounts have a balance, the sums of the rungs, and every difference that was found."""

    accounts: int
    sums: Mapping[str, int]
    differences: tuple[Difference, ...]

    @property
    def is_balanced(self) -> bool:
        """Whether both ways of counting agree everywhere."""
        return not self.differences


def check(session: Session) -> Checked:
    """Compare A1 and A4 of every deal, and what its buyer owes, by both ways; and add up each deal's accounts, which is zero."""
    accounts = balances(session)
    signed, received = _signed(session), received_by_deal(session)
    by_rows = {
        "A1": signed,
        "A4": received,
        WHAT_IS_OWED: {deal: signed.get(deal, 0) - received.get(deal, 0) for deal in {*signed, *received}},
        SUM_OF_ACCOUNTS: {},
    }
    by_ledger = {
        "A1": turnover(session, TransferKind.SIGNED, TransferKind.RELEASED),
        "A4": turnover(session, TransferKind.RECEIPT, TransferKind.REFUND),
        WHAT_IS_OWED: {deal: of.get(Account.OWED, 0) for deal, of in accounts.items()},
        SUM_OF_ACCOUNTS: {deal: sum(of.values()) for deal, of in accounts.items()},
    }
    differences = tuple(
        one for figure, of_rows in by_rows.items() for one in _differences(figure, of_rows, by_ledger[figure])
    )
    sums = {rung: sum(by_rows[rung].values()) for rung in ("A1", "A4")}
    return Checked(_with_balance(accounts), sums, differences)


def _differences(figure: str, by_rows: Mapping[int, int], by_ledger: Mapping[int, int]) -> list[Difference]:
    pairs = ((deal, by_rows.get(deal, 0), by_ledger.get(deal, 0)) for deal in sorted({*by_rows, *by_ledger}))
    return [Difference(deal, figure, rows, ledger) for deal, rows, ledger in pairs if rows != ledger]


def _with_balance(accounts: Mapping[int, Balances]) -> int:
    return sum(1 for of_deal in accounts.values() for fen in of_deal.values() if fen)


def _signed(session: Session) -> dict[int, int]:
    sums = select(Entry.deal_id, func.sum(Entry.amount_fen)).group_by(Entry.deal_id)
    return {deal_id: int(fen) for deal_id, fen in session.execute(sums)}
