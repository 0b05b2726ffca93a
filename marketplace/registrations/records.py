"""Use cases on the papers of the registrar: the seller records one with its scan, an official verifies or returns it.

Only what is verified counts: it adds an entry of A2 and A3, dated the day on the paper. What a later paper replaces stays as
it was up to that day.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from marketplace.contracts.models import Document
from marketplace.contracts.queries import day_of_signing
from marketplace.deals.room import Room
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
from marketplace.registrations.events import RecordMoved
from marketplace.registrations.models import Registration, RegistrationEntry, RegistrationRecord
from marketplace.registrations.rules import (
    LONGEST_REASON,
    RECORD_STATES,
    RECORDED_FOR,
    REGISTRATION_STATES,
    RecordKind,
    RecordState,
    require_amounts,
)
from marketplace.registrations.service import announce, enter_by_registration

LONGEST_NUMBER = 40


@dataclass(frozen=True)
class Paper:
    """What the seller reads off a paper of the registrar: number, the day on it, A2 and A3 in fen with tax, and its scan.

    A cancellation has no amounts; it and a change give the reason.
    """

    kind: RecordKind
    number: str
    dated: date
    a2_fen: int
    a3_fen: int
    scan: Upload | None
    reason: str = ""


def record(uow: UnitOfWork, registration_id: int, paper: Paper) -> RegistrationRecord:
    """Record a paper; it counts for nothing before an official has verified it.

    Raises NotFound, NotPermitted for all but the seller, Conflict in another state or while a paper waits, InvalidInput for a
    number that another registration has, a day before the one it follows, amounts with A3 above A2; emits RecordMoved.
    """
    room, registration = enter_by_registration(uow, registration_id)
    if Relation.SELLER not in room.relations:
        raise NotPermitted(N_("The seller records the papers of the registrar."))
    if registration.state is not RECORDED_FOR[paper.kind]:
        raise Conflict(N_("This is no longer possible: the state has changed. Reload the page to see where it stands."))
    if waiting_record(uow, registration.id) is not None:
        raise Conflict(N_("A paper of the registrar waits for an official already."))
    require_amounts(paper.kind, paper.a2_fen, paper.a3_fen)
    require_day(paper.dated, _earliest(uow, registration), china_day(uow.now()))
    row = _row(uow, registration, paper)
    if paper.kind is not RecordKind.CANCELLATION:
        _take_number(uow, registration, row.number)
    uow.session.add(row)
    uow.flush()
    _announce(uow, registration, row, "record")
    return row


def verify(uow: UnitOfWork, record_id: int) -> RegistrationRecord:
    """An official of either county, without a stake in the deal, has compared the paper's scan: it counts from here on.

    Raises NotFound, NotPermitted, Conflict; emits RecordMoved, and RegistrationMoved where the registration begins or ends.
    """
    room, registration, row = _enter(uow, record_id)
    _answer(room, row, "verify")
    if row.kind is RecordKind.CERTIFICATE:
        advance(uow, REGISTRATION_STATES, registration, "register", room.relations)
        announce(uow, registration, "register")
    elif row.kind is RecordKind.CANCELLATION:
        registration.reason = row.reason
        ended: dict[str, Any] = {"ended_by_id": uow.actor.user_id, "ended_at": uow.now(), "ended_on": row.dated}
        advance(uow, REGISTRATION_STATES, registration, "cancel", room.relations, **ended)
        announce(uow, registration, "cancel")
    _book(uow, registration, row)
    _announce(uow, registration, row, "verify")
    return row


def give_back(uow: UnitOfWork, record_id: int, reason: str) -> RegistrationRecord:
    """An official returns a paper that does not agree with its scan. Raises NotFound, NotPermitted, Conflict, InvalidInput."""
    room, registration, row = _enter(uow, record_id)
    RECORD_STATES.require("return", row.state, room.relations)
    row.remark = required(reason, "reason", LONGEST_REASON)
    _answer(room, row, "return", row.remark)
    _restore_number(uow, registration)
    _announce(uow, registration, row, "return")
    return row


def take_back(uow: UnitOfWork, record_id: int) -> RegistrationRecord:
    """The seller withdraws a paper that waits. Raises NotFound, NotPermitted, Conflict; emits RecordMoved."""
    room, registration, row = _enter(uow, record_id)
    _answer(room, row, "withdraw")
    _restore_number(uow, registration)
    _announce(uow, registration, row, "withdraw")
    return row


def waiting_record(uow: UnitOfWork, registration_id: int) -> RegistrationRecord | None:
    """The paper that an official has still to look at."""
    waiting = (RegistrationRecord.registration_id == registration_id, RegistrationRecord.state == RecordState.RECORDED)
    return uow.session.scalar(select(RegistrationRecord).where(*waiting))


def fetch(uow: UnitOfWork, record_id: int) -> RegistrationRecord:
    """The paper as it is now. Raises NotFound."""
    row = uow.session.get(RegistrationRecord, record_id, populate_existing=True)
    if row is None:
        raise NotFound(N_("There is no such registration."))
    return row


def _enter(uow: UnitOfWork, record_id: int) -> tuple[Room, Registration, RegistrationRecord]:
    room, registration = enter_by_registration(uow, fetch(uow, record_id).registration_id)
    return room, registration, fetch(uow, record_id)


def _answer(room: Room, row: RegistrationRecord, action: str, reason: str = "") -> None:
    uow = room.uow
    answered = {"answered_by_id": uow.actor.user_id, "answered_at": uow.now()}
    RECORD_STATES.require(action, row.state, room.relations)
    if action != "withdraw" and row.recorded_by_id == uow.actor.user_id:
        raise NotPermitted(N_("Who has recorded a paper does not verify it."))
    advance(uow, RECORD_STATES, row, action, room.relations, reason, **answered)


def _row(uow: UnitOfWork, registration: Registration, paper: Paper) -> RegistrationRecord:
    is_certificate, is_cancelled = (paper.kind is one for one in (RecordKind.CERTIFICATE, RecordKind.CANCELLATION))
    number = single_line(required(paper.number, "number", LONGEST_NUMBER))
    reason = "" if is_certificate else required(paper.reason, "reason", LONGEST_REASON)
    if paper.scan is None:
        raise InvalidInput(N_("Add the scan of the registrar's paper: PDF, JPEG or PNG."), field="file")
    kept = keep(uow, paper.scan, media.SCANS)
    return RegistrationRecord(
        registration_id=registration.id,
        kind=paper.kind,
        state=RecordState.RECORDED,
        number=number,
        dated=paper.dated,
        a2_fen=0 if is_cancelled else paper.a2_fen,
        a3_fen=0 if is_cancelled else paper.a3_fen,
        reason=reason,
        scan_sha256=kept.sha256,
        scan_name=kept.name,
        scan_type=kept.media_type,
        scan_size=kept.size,
        recorded_by_id=uow.actor.user_id,
        recorded_at=uow.now(),
    )


def _take_number(uow: UnitOfWork, registration: Registration, number: str) -> None:
    """One certificate is of one contract: of two deals that give the same number at once the second is told."""
    if registration.number == number:
        return
    try:
        with uow.session.begin_nested():
            registration.number = number
            uow.session.flush()
    except IntegrityError:
        raise InvalidInput(
            N_("Another contract on this platform is registered with this number."), field="number"
        ) from None


def _restore_number(uow: UnitOfWork, registration: Registration) -> None:
    """Back to that of the last verified paper, if there is one."""
    last = _last_verified(uow, registration)
    registration.number = last.number if last else None
    uow.flush()


def _last_verified(uow: UnitOfWork, registration: Registration) -> RegistrationRecord | None:
    verified = (
        RegistrationRecord.registration_id == registration.id,
        RegistrationRecord.state == RecordState.VERIFIED,
        RegistrationRecord.kind != RecordKind.CANCELLATION,
    )
    newest = select(RegistrationRecord).where(*verified).order_by(RegistrationRecord.id.desc())
    return uow.session.scalar(newest.limit(1))


def _earliest(uow: UnitOfWork, registration: Registration) -> date:
    """A paper is not older than the one it replaces, and a certificate not older than the contract."""
    last = _last_verified(uow, registration)
    if last is not None:
        return last.dated
    return day_of_signing(uow.session.get_one(Document, registration.document_id))


def _book(uow: UnitOfWork, registration: Registration, row: RegistrationRecord) -> None:
    """Add what the paper changes of A2 and A3: its own amounts less those that were booked before."""
    of_this = RegistrationRecord.registration_id == registration.id
    sums = select(func.sum(RegistrationEntry.a2_fen), func.sum(RegistrationEntry.a3_fen))
    joined = sums.join(RegistrationRecord, RegistrationRecord.id == RegistrationEntry.record_id).where(of_this)
    before_a2, before_a3 = uow.session.execute(joined).one()
    contract = uow.session.get_one(Document, registration.document_id)
    if contract.basis is None:
        raise ValueError("a contract that nobody signed has no figures")
    entry = RegistrationEntry(
        deal_id=registration.deal_id,
        document_id=registration.document_id,
        record_id=row.id,
        kind=row.kind,
        basis=contract.basis,
        a2_fen=row.a2_fen - int(before_a2 or 0),
        a3_fen=row.a3_fen - int(before_a3 or 0),
        dated=row.dated,
        recorded_at=uow.now(),
    )
    uow.session.add(entry)
    uow.flush()


def _announce(uow: UnitOfWork, registration: Registration, row: RegistrationRecord, action: str) -> None:
    moved = RecordMoved(row.id, registration.id, registration.deal_id, row.kind.value, action, row.a2_fen, row.a3_fen)
    uow.emit(moved)
