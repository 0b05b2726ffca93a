"""Use cases on the assignment of a patent: it takes effect on the day CNIPA registers it (专利法 art. 10), not on the contract's.

Either party records what has happened there; nothing of it is an amount, so no official verifies it.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.deals.room import Room, enter
from marketplace.infra import media
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.days import require_day
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required, single_line
from marketplace.registrations.events import TransferMoved
from marketplace.registrations.filling import assigned_patent
from marketplace.registrations.models import PatentTransfer
from marketplace.registrations.rules import APPLICABLE, LONGEST_REASON, TRANSFER_STATES, TransferState

LONGEST_NOTICE = 60


@dataclass(frozen=True)
class Registered:
    """What CNIPA's notice (手续合格通知书) says: its number, the day of registration, and its scan."""

    number: str
    effective_on: date
    scan: Upload | None


def apply(uow: UnitOfWork, deal_id: int, applied_on: date) -> PatentTransfer:
    """A party says that the registration of the assignment was applied for with CNIPA.

    Raises NotFound, NotPermitted, Conflict where no patent is assigned or it was applied for already, InvalidInput; emits
    TransferMoved.
    """
    room = enter(uow, deal_id)
    party_id = _require_party(room)
    number = assigned_patent(uow.session, room.deal)
    if number is None or room.deal.state not in APPLICABLE:
        raise Conflict(N_("No patent is assigned by a contract in force in this deal."))
    last = newest_transfer(uow.session, deal_id)
    if last is not None and last.state is not TransferState.REFUSED:
        raise Conflict(N_("This is recorded already. Reload the page to see where it stands."))
    in_force = room.deal.in_force_on or china_day(room.deal.opened_at)
    require_day(applied_on, in_force, china_day(uow.now()))
    transfer = PatentTransfer(
        deal_id=deal_id,
        patent_number=number,
        state=TransferState.APPLIED,
        applied_on=applied_on,
        recorded_by_id=uow.actor.user_id,
        recorded_at=uow.now(),
    )
    uow.session.add(transfer)
    uow.flush()
    uow.emit(TransferMoved(transfer.id, deal_id, "apply", party_id))
    return transfer


def take_effect(uow: UnitOfWork, transfer_id: int, registered: Registered) -> PatentTransfer:
    """A party records CNIPA's notice: the assignment is in effect since the day of registration.

    Raises NotFound, NotPermitted, Conflict, InvalidInput; emits TransferMoved.
    """
    room, transfer = _enter(uow, transfer_id)
    party_id = _require_party(room)
    TRANSFER_STATES.require("take_effect", transfer.state, room.relations)
    number = single_line(required(registered.number, "number", LONGEST_NOTICE))
    require_day(registered.effective_on, transfer.applied_on, china_day(uow.now()))
    if registered.scan is None:
        raise InvalidInput(N_("Add the scan of CNIPA's notice: PDF, JPEG or PNG."), field="file")
    kept = keep(uow, registered.scan, media.SCANS)
    transfer.scan_sha256, transfer.scan_name, transfer.scan_type = kept.sha256, kept.name, kept.media_type
    known = {"notice_number": number, "effective_on": registered.effective_on}
    _move(room, transfer, "take_effect", party_id, **known)
    return transfer


def refuse(uow: UnitOfWork, transfer_id: int, reason: str) -> PatentTransfer:
    """A party records that CNIPA did not register it, and why; it can be applied for again.

    Raises NotFound, NotPermitted, Conflict, InvalidInput; emits TransferMoved.
    """
    room, transfer = _enter(uow, transfer_id)
    party_id = _require_party(room)
    TRANSFER_STATES.require("refuse", transfer.state, room.relations)
    transfer.reason = required(reason, "reason", LONGEST_REASON)
    _move(room, transfer, "refuse", party_id)
    return transfer


def newest_transfer(session: Session, deal_id: int) -> PatentTransfer | None:
    """The last application with CNIPA of a deal."""
    of_deal = select(PatentTransfer).where(PatentTransfer.deal_id == deal_id)
    return session.scalar(of_deal.order_by(PatentTransfer.id.desc()).limit(1))


def fetch(uow: UnitOfWork, transfer_id: int) -> PatentTransfer:
    """The application as it is now. Raises NotFound."""
    transfer = uow.session.get(PatentTransfer, transfer_id, populate_existing=True)
    if transfer is None:
        raise NotFound(N_("There is no such registration."))
    return transfer


def _enter(uow: UnitOfWork, transfer_id: int) -> tuple[Room, PatentTransfer]:
    room = enter(uow, fetch(uow, transfer_id).deal_id)
    return room, fetch(uow, transfer_id)


def _require_party(room: Room) -> int:
    if Relation.PARTY not in room.relations:
        raise NotPermitted(N_("Only the parties of this deal may do this."))
    return room.speaks_for()


def _move(room: Room, transfer: PatentTransfer, action: str, party_id: int, **values: object) -> None:
    uow = room.uow
    answered = {"answered_by_id": uow.actor.user_id, "answered_at": uow.now(), **values}
    advance(uow, TRANSFER_STATES, transfer, action, room.relations, transfer.reason, **answered)
    uow.emit(TransferMoved(transfer.id, transfer.deal_id, action, party_id))
