"""The table of transfers. The database refuses to change or delete a row; a mistake is put right by another row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Connection, ForeignKey, Index, String, event, inspect
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.infra.database import Base, EnumText, UtcDateTime
from marketplace.ledger.rules import ENTRIES, Account, TransferKind


def _known_entries() -> str:
    """The CHECK that repeats ENTRIES in the database."""
    return " OR ".join(
        f"(kind = '{kind}' AND debit = '{debit}' AND credit = '{credit}')" for kind, (debit, credit) in ENTRIES.items()
    )


class Transfer(Base):
    """`fen` (more than 0) moved from the account `credit` to the account `debit` of a deal.

    `dated` is the day in China it counts for, `at` when it was written. `source` names the row it rests on, such as
    `receipt:12`; nothing is posted twice for the same reason.
    """

    __tablename__ = "ledger_transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id"), index=True)
    kind: Mapped[TransferKind] = mapped_column(EnumText(TransferKind))
    debit: Mapped[Account] = mapped_column(EnumText(Account))
    credit: Mapped[Account] = mapped_column(EnumText(Account))
    fen: Mapped[int] = mapped_column(BigInteger)
    dated: Mapped[date] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(40))

    __table_args__ = (
        CheckConstraint("fen > 0", name="more_than_nothing"),
        CheckConstraint(_known_entries(), name="entries_known"),
        Index("uq_ledger_transfers_source", "source", "kind", unique=True),
    )


_SAYING = "'the ledger is only added to'"
_REFUSE = "refuse_ledger_change()"
REFUSALS = {
    "sqlite": (
        f"CREATE TRIGGER ledger_transfers_no_update BEFORE UPDATE ON ledger_transfers BEGIN SELECT RAISE(ABORT, {_SAYING}); END",
        f"CREATE TRIGGER ledger_transfers_no_delete BEFORE DELETE ON ledger_transfers BEGIN SELECT RAISE(ABORT, {_SAYING}); END",
    ),
    "postgresql": (
        f"CREATE OR REPLACE FUNCTION {_REFUSE} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION {_SAYING}; END $$",
        f"CREATE TRIGGER ledger_only_added BEFORE UPDATE OR DELETE ON ledger_transfers FOR EACH ROW EXECUTE FUNCTION {_REFUSE}",
    ),
}
"""What makes the database refuse a change, by its kind; the migration has the same."""


ALLOWED = {
    "sqlite": ("DROP TRIGGER ledger_transfers_no_update", "DROP TRIGGER ledger_transfers_no_delete"),
    "postgresql": ("DROP TRIGGER ledger_only_added ON ledger_transfers",),
}


@contextmanager
def emptied_with_the_rest(connection: Connection) -> Iterator[None]:
    """Let rows be deleted in this transaction, for whoever empties the whole database: a restore, a demo that failed.

    A backup from before there was a ledger is restored into a schema without one.
    """
    if not inspect(connection).has_table(Transfer.__tablename__):
        yield
        return
    for statement in ALLOWED[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    yield
    _refuse_changes(None, connection)


def _refuse_changes(_table: Any, connection: Connection, **_options: Any) -> None:
    for statement in REFUSALS[connection.dialect.name]:
        connection.exec_driver_sql(statement)


event.listen(Transfer.__table__, "after_create", _refuse_changes)
