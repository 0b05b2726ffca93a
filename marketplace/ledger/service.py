"""Posts to the ledger. Called by whatever happened, in its own transaction; nothing here decides whether it may happen."""

from datetime import date

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.ledger.models import Transfer
from marketplace.ledger.rules import ENTRIES, TransferKind


def post(uow: UnitOfWork, kind: TransferKind, deal_id: int, fen: int, dated: date, source: str) -> None:
    """Move `fen` between the accounts of a deal, counted for the day `dated` in China; for nothing no row is written.

    Posting twice for one source breaks a constraint: callers are guarded by the state of the source.
    """
    if not fen:
        return
    debit, credit = ENTRIES[kind]
    transfer = Transfer(
        deal_id=deal_id, kind=kind, debit=debit, credit=credit, fen=fen, dated=dated, at=uow.now(), source=source
    )
    uow.session.add(transfer)
    uow.flush()
