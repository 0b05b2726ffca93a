"""Imports of sheets: a sheet is read and shown, then somebody enters it as a whole, at once.

A row that may be on record already, or that is like another one of the sheet, is entered only if it was chosen. The file is read
again when it is entered, so what counts is what is on record then: a row that has come to look like another meanwhile is held
back, even if it was chosen, for nobody has compared it with that one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from marketplace.duplicates.finding import Found, found_for, limits_of, shown_to
from marketplace.duplicates.rules import Record, likeness
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, file_name
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.listings.importing_cells import Surroundings
from marketplace.offline.booking import book
from marketplace.offline.events import OfflineImportMoved
from marketplace.offline.models import OfflineImport
from marketplace.offline.policy import require_official
from marketplace.offline.queries import entered_rows
from marketplace.offline.reading import Fault, SheetRow, read_sheet
from marketplace.offline.records import record_told
from marketplace.offline.rules import OFFLINE_IMPORT_STATES, ImportState
from marketplace.offline.service import checked
from marketplace.organisations.regions import load_region


@dataclass(frozen=True)
class PlannedRow:
    """A row of a sheet, what is on record that it may be the same as, and the numbers of earlier rows that it is like."""

    row: SheetRow
    near: tuple[Found, ...] = ()
    like_rows: tuple[int, ...] = ()

    @property
    def is_sound(self) -> bool:
        """It can be entered."""
        return self.row.told is not None

    @property
    def is_suspected(self) -> bool:
        """It is entered only if somebody says so."""
        return bool(self.near or self.like_rows)

    @property
    def judged(self) -> str:
        """Stands for what this row is compared with, and tells nothing of it: the same for the same records."""
        names = sorted(f"{one.record.kind.value}:{one.record.id}" for one in self.near)
        return sha256(" ".join([*names, *map(str, self.like_rows)]).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Taken:
    """A sheet that was entered. `held_back` are the rows that were chosen and have come to be like something else since."""

    row: OfflineImport
    held_back: tuple[int, ...]


def upload(uow: UnitOfWork, file: Upload | None) -> OfflineImport:
    """Keep a sheet and read it. Raises NotPermitted, and InvalidInput beside `file` for what cannot be read as a whole; emits
    OfflineImportMoved."""
    require_official(uow.actor)
    if file is None:
        raise InvalidInput(N_("Choose a file first."), field="file")
    name = file_name(file.name)
    try:
        stored = uow.services.files.save(file.stream, uow.settings.upload_limit)
        rows = read_sheet(uow.services.files.path(stored.sha256), name, _surroundings(uow))
    except InvalidInput as error:
        raise InvalidInput(error.message, fields={"file": error.message}, **error.params) from None  # type: ignore[arg-type]
    row = OfflineImport(
        file_name=name,
        sha256=stored.sha256,
        state=ImportState.READ,
        uploaded_by_id=uow.actor.user_id,
        uploaded_at=uow.now(),
        row_count=len(rows),
    )
    uow.session.add(row)
    uow.flush()
    _announce(uow, row, "read")
    return row


def plan(uow: UnitOfWork, row: OfflineImport) -> list[PlannedRow]:
    """What would be entered of a sheet, as things stand now."""
    read = read_sheet(uow.services.files.path(row.sha256), row.file_name, _surroundings(uow))
    rows = [_allowed(uow, one) for one in read]
    told = [(place, record_told(one.told)) for place, one in enumerate(rows) if one.told is not None]
    records = {place: record for place, record in told if record is not None}
    limits = limits_of(uow.settings)
    found = found_for(uow.session, list(records.values()), limits)
    near = {place: shown_to(uow.actor, found[number]) for number, place in enumerate(records)}

    def like(place: int, record: Record) -> tuple[int, ...]:
        earlier = ((rows[other].number, one) for other, one in records.items() if other < place)
        return tuple(number for number, one in earlier if likeness(record, one, limits) is not None)

    likes = {place: like(place, record) for place, record in records.items()}
    return [PlannedRow(one, near.get(place, ()), likes.get(place, ())) for place, one in enumerate(rows)]


def left_out(uow: UnitOfWork, row: OfflineImport) -> list[PlannedRow]:
    """The rows of a sheet that was entered which did not become a row of the ledger, with what speaks against each now."""
    taken = entered_rows(uow.session, row.id)
    return [one for one in plan(uow, row) if one.row.number not in taken]


def confirm(uow: UnitOfWork, import_id: int, chosen: Mapping[int, str]) -> Taken:
    """Enter the sound rows of a sheet; of those that are suspected only the `chosen` ones, by their numbers in the sheet.

    With each goes what it was compared with when it was chosen (PlannedRow.judged); where that has changed it is held back.

    Pressed twice, the second is told. Raises NotFound, Conflict; emits OfflineEntered for each, OfflineImportMoved.
    """
    row = own(uow, import_id)
    OFFLINE_IMPORT_STATES.require("confirm", row.state, _AUTHOR)
    sound = [one for one in plan(uow, row) if one.is_sound]
    taken = [one for one in sound if not one.is_suspected or chosen.get(one.row.number) == one.judged]
    held_back = tuple(one.row.number for one in sound if one.row.number in chosen and one not in taken)
    advance(uow, OFFLINE_IMPORT_STATES, row, "confirm", _AUTHOR, ended_at=uow.now(), taken_count=len(taken))
    for one in taken:
        if one.row.told is not None:
            book(uow, one.row.told, row.id, one.row.number)
    _announce(uow, row, "confirm")
    return Taken(row, held_back)


def discard(uow: UnitOfWork, import_id: int) -> OfflineImport:
    """Put a sheet aside without entering anything. Raises NotFound, Conflict; emits OfflineImportMoved."""
    row = own(uow, import_id)
    advance(uow, OFFLINE_IMPORT_STATES, row, "discard", _AUTHOR, ended_at=uow.now())
    _announce(uow, row, "discard")
    return row


def own(uow: UnitOfWork, import_id: int) -> OfflineImport:
    """The sheet, for who has uploaded it. Raises NotFound for everybody else's."""
    row = uow.session.get(OfflineImport, import_id)
    if row is None or not uow.actor.is_official or row.uploaded_by_id != uow.actor.user_id:
        raise NotFound(N_("There is no such import."))
    return row


_AUTHOR = frozenset({Relation.AUTHOR})


def _surroundings(uow: UnitOfWork) -> Surroundings:
    return Surroundings(load_region(uow.settings.region), china_day(uow.now()))


def _allowed(uow: UnitOfWork, row: SheetRow) -> SheetRow:
    """With what the database and the actor's office have against it."""
    if row.told is None:
        return row
    try:
        checked(uow, row.told)
    except InvalidInput as error:
        return replace(row, told=None, faults=(Fault("", error),))
    return row


def _announce(uow: UnitOfWork, row: OfflineImport, action: str) -> None:
    uow.emit(OfflineImportMoved(row.id, action, row.sha256, row.taken_count))
