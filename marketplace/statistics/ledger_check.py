"""Counts the same money twice, from the rows and from what is booked, deal by deal. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.deals.models import Entry
from marketplace.ledger.queries import Balances, balances, turnover
from marketplace.ledger.rules import Account, TransferKind
from marketplace.payments.queries import received_by_deal, royalties_by_deal
from marketplace.registrations.sums import booked_by_deal, valid_by_deal
from marketplace.rewards.queries import awarded_by_deal, costs_by_deal, paid_by_deal

SUM_OF_ACCOUNTS = "sum of accounts"
WHAT_IS_OWED = "owed"
AWARDED = "awarded and not paid"
KEPT = "received and not passed on"

ByDeal = Mapping[int, int]
"""Fen by the id of the deal."""


@dataclass(frozen=True)
class Difference:
    """A figure of one deal that comes out differently, in fen: by the rows it rests on, and by the ledger, or for A2 and A3 by
    the entries of registrations."""

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
    """Compare A1 to A4 and A6 of every deal, what its buyer owes, what was received and not passed on, and what is awarded and
    not paid, by both ways; and add up each deal's accounts, which is zero."""
    accounts = balances(session)
    by_rows, by_ledger = _by_rows(session), _by_ledger(session, accounts)
    differences = tuple(one for figure in by_ledger for one in _differences(figure, by_rows[figure], by_ledger[figure]))
    sums = {rung: sum(by_rows[rung].values()) for rung in ("A1", "A2", "A3", "A4", "A6")}
    return Checked(_with_balance(accounts), sums, differences)


def _by_rows(session: Session) -> dict[str, ByDeal]:
    signed, received, paid = _signed(session), received_by_deal(session), paid_by_deal(session)
    awarded, costs = awarded_by_deal(session), costs_by_deal(session)
    valid = valid_by_deal(session)
    return {
        "A1": signed,
        "A2": {deal: a2 for deal, (a2, _) in valid.items()},
        "A3": {deal: a3 for deal, (_, a3) in valid.items()},
        "A4": received,
        "A6": paid,
        WHAT_IS_OWED: _less(_more(signed, royalties_by_deal(session)), received),
        AWARDED: _less(awarded, paid),
        KEPT: _less(received, _more(awarded, costs)),
        SUM_OF_ACCOUNTS: {},
    }


def _by_ledger(session: Session, accounts: Mapping[int, Balances]) -> dict[str, ByDeal]:
    net, tax = _of(accounts, Account.PAID_OUT), _of(accounts, Account.TAX)
    booked = booked_by_deal(session)
    return {
        "A1": turnover(session, TransferKind.SIGNED, TransferKind.RELEASED),
        "A2": {deal: a2 for deal, (a2, _) in booked.items()},
        "A3": {deal: a3 for deal, (_, a3) in booked.items()},
        "A4": turnover(session, TransferKind.RECEIPT, TransferKind.REFUND),
        "A6": {deal: net.get(deal, 0) + tax.get(deal, 0) for deal in {*net, *tax}},
        WHAT_IS_OWED: _of(accounts, Account.OWED),
        AWARDED: _of(accounts, Account.AWARDED),
        KEPT: _of(accounts, Account.RECEIVED),
        SUM_OF_ACCOUNTS: {deal: sum(of.values()) for deal, of in accounts.items()},
    }


def _of(accounts: Mapping[int, Balances], account: Account) -> ByDeal:
    return {deal: of.get(account, 0) for deal, of in accounts.items()}


def _more(one: ByDeal, other: ByDeal) -> ByDeal:
    return {deal: one.get(deal, 0) + other.get(deal, 0) for deal in {*one, *other}}


def _less(more: ByDeal, less: ByDeal) -> ByDeal:
    return {deal: more.get(deal, 0) - less.get(deal, 0) for deal in {*more, *less}}


def _differences(figure: str, by_rows: Mapping[int, int], by_ledger: Mapping[int, int]) -> list[Difference]:
    pairs = ((deal, by_rows.get(deal, 0), by_ledger.get(deal, 0)) for deal in sorted({*by_rows, *by_ledger}))
    return [Difference(deal, figure, rows, ledger) for deal, rows, ledger in pairs if rows != ledger]


def _with_balance(accounts: Mapping[int, Balances]) -> int:
    return sum(1 for of_deal in accounts.values() for fen in of_deal.values() if fen)


def _signed(session: Session) -> dict[int, int]:
    sums = select(Entry.deal_id, func.sum(Entry.amount_fen)).group_by(Entry.deal_id)
    return {deal_id: int(fen) for deal_id, fen in session.execute(sums)}
