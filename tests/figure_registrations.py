"""Registrations and their papers written straight into the tables, for FigureWriter."""

from datetime import date
from typing import TYPE_CHECKING

from marketplace.contracts.rules import Basis
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.registrations.events import RecordMoved
from marketplace.registrations.models import Registration, RegistrationEntry, RegistrationRecord
from marketplace.registrations.rules import RecordKind, RecordState, RegistrationState

if TYPE_CHECKING:
    from tests.figures import FigureWriter


def register(writer: "FigureWriter", number: int, day: date, a2: int, a3: int, kind: RecordKind) -> None:
    """A paper of the registrar that was verified; of a change or cancellation the differences."""
    with writer.factory.writing() as uow:
        now, people = uow.now(), writer.people
        is_first = kind is RecordKind.CERTIFICATE
        if is_first:
            writer.registrations[number] = _registration(writer, uow, number, day)
        record = RegistrationRecord(
            registration_id=writer.registrations[number],
            kind=kind,
            state=RecordState.VERIFIED,
            number=f"2026-{number}",
            dated=day,
            a2_fen=0 if kind is RecordKind.CANCELLATION else max(a2, 1),
            a3_fen=0,
            reason="" if is_first else "变更",
            scan_sha256="0" * 64,
            scan_name="",
            scan_type="",
            scan_size=1,
            recorded_by_id=people.seller_contact.user_id,
            recorded_at=now,
            answered_by_id=people.city_official.user_id,
            answered_at=now,
        )
        uow.session.add(record)
        uow.flush()
        uow.session.add(
            RegistrationEntry(
                deal_id=writer.deals[number],
                document_id=writer.documents[number],
                record_id=record.id,
                kind=kind,
                basis=Basis.ELECTRONIC,
                a2_fen=a2,
                a3_fen=a3,
                dated=day,
                recorded_at=now,
            )
        )
        uow.emit(RecordMoved(record.id, record.registration_id, writer.deals[number], kind.value, "verify", a2, a3))


def _registration(writer: "FigureWriter", uow: UnitOfWork, number: int, day: date) -> int:
    now, user_id = uow.now(), writer.people.seller_contact.user_id
    row = Registration(
        deal_id=writer.deals[number],
        document_id=writer.documents[number],
        state=RegistrationState.REGISTERED,
        form_since=day,
        content={},
        number=f"2026-{number}",
        begun_by_id=user_id,
        begun_at=now,
        submitted_by_id=user_id,
        submitted_at=now,
    )
    uow.session.add(row)
    uow.flush()
    return row.id
