"""The use case on bank statements: one is read, and what of it may concern a deal is kept. No payment changes by it."""

import hashlib
import shutil
import tempfile
from pathlib import Path

from sqlalchemy import select

from marketplace.bank.events import StatementRead
from marketplace.bank.models import BankLine, BankStatement
from marketplace.bank.reading import Sheet, read_statement
from marketplace.bank.rules import Line, may_concern
from marketplace.deals.bank_queries import dealings, lines_of, not_kept_yet
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, file_name
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.organisations.models import Party


def read_in(uow: UnitOfWork, party_id: int, upload: Upload | None) -> BankStatement:
    """Read a statement of a party's account: by whoever acts for it, or an official with a deal of it in his office.

    The file is not kept, nor a line that concerns no deal. Raises NotFound, and InvalidInput beside the field `file` for what
    cannot be read or was read before; emits StatementRead.
    """
    known = dealings(uow, party_id)
    if upload is None:
        raise InvalidInput(N_("Choose a file first."), field="file")
    try:
        sheet, sha256 = _read(upload, uow.settings.upload_limit)
    except InvalidInput as error:
        raise InvalidInput(error.message, fields={"file": error.message}, **error.params) from None  # type: ignore[arg-type]
    # Of two who send the same file at once the second waits here.
    uow.session.get_one(Party, party_id, with_for_update=True)
    same = select(BankStatement.id).where(BankStatement.party_id == party_id, BankStatement.content_hash == sha256)
    if uow.session.scalar(same) is not None:
        raise InvalidInput(N_("This file has been read already."), field="file")
    concerned = [line for line in sheet.lines if may_concern(line, known.others, known.expected)]
    fresh = not_kept_yet(concerned, lines_of(uow.session, party_id))
    statement = _statement(uow, party_id, upload, sheet, sha256, len(fresh))
    uow.session.add_all(_row(statement, line) for line in fresh)
    uow.emit(StatementRead(statement.id, party_id, len(fresh)))
    return statement


def _read(upload: Upload, limit: int) -> tuple[Sheet, str]:
    """Through a file of its own that is gone afterwards, for a spreadsheet is read from a path."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement"
        upload.stream.seek(0)
        with path.open("wb") as file:
            shutil.copyfileobj(upload.stream, file)
        if path.stat().st_size > limit:
            raise InvalidInput(N_("This file is larger than %(limit)s MB. Choose a smaller one."), limit=limit >> 20)
        sheet = read_statement(path, file_name(upload.name))
        if not sheet.lines:
            raise InvalidInput(N_("No line of this file has a day and an amount."))
        return sheet, hashlib.sha256(path.read_bytes()).hexdigest()


def _statement(uow: UnitOfWork, party_id: int, upload: Upload, sheet: Sheet, sha256: str, kept: int) -> BankStatement:
    statement = BankStatement(
        party_id=party_id,
        read_by_id=uow.actor.user_id or 0,
        read_at=uow.now(),
        name=file_name(upload.name),
        content_hash=sha256,
        first_on=min(line.day for line in sheet.lines),
        last_on=max(line.day for line in sheet.lines),
        line_count=len(sheet.lines),
        unread_count=sheet.unread,
        kept_count=kept,
    )
    uow.session.add(statement)
    uow.flush()
    return statement


def _row(statement: BankStatement, line: Line) -> BankLine:
    return BankLine(
        statement_id=statement.id,
        party_id=statement.party_id,
        day=line.day,
        fen=line.fen,
        counterparty=line.counterparty,
        reference=line.reference,
        note=line.note,
    )
