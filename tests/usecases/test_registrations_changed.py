"""A registration that is changed or cancelled: what counted before stays as it was; what officials list and report."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.rules import EndReason
from marketplace.deals import service as deal_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import InvalidInput
from marketplace.registrations import records
from marketplace.registrations.models import Registration, RegistrationEntry, RegistrationRecord
from marketplace.registrations.queries import registered as registered_in
from marketplace.registrations.queries import registration_page
from marketplace.registrations.rules import RecordKind, RecordState, RegistrationState
from marketplace.statistics.ledger_check import Difference, check
from tests.factories import make_signed, stop_of
from tests.paying import TODAY, refused
from tests.personas import People
from tests.registering import (
    A2,
    A3,
    NUMBER,
    entries,
    paper,
    recorded,
    registered,
    state_of,
    sums,
    verify,
)

S = RegistrationState


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A licence for 180,000 yuan, in force since today."""
    return make_signed(factory, people)


def test_a_change_counts_from_its_own_day(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    registration = registered(factory, people, deal)
    clock.forward(days=20)
    later = TODAY + timedelta(days=20)
    changed = {"a2_fen": 15_000_000, "a3_fen": 14_000_000, "number": "2026370781000999"}
    too_early = paper(RecordKind.CHANGE, dated=TODAY - timedelta(days=1), **changed)
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: records.record(uow, registration, too_early), InvalidInput)
        refused(lambda: records.record(uow, registration, paper(RecordKind.CHANGE, reason=" ")), InvalidInput)
    record = recorded(factory, people, registration, paper(RecordKind.CHANGE, dated=later, **changed))
    assert sums(factory, people.company, deal) == (A2, A3)
    verify(factory, people.county_official, record)
    assert entries(factory, deal)[1:] == [(RecordKind.CHANGE, -3_000_000, -1_000_000, later)]
    assert sums(factory, people.company, deal) == (15_000_000, 14_000_000)
    with factory.reading(people.county_official) as uow:
        (then,), (now,) = registered_in(uow, TODAY, TODAY), registered_in(uow, TODAY, later)
        assert [(row.a2_fen, row.a3_fen) for row in (then, now)] == [(A2, A3), (15_000_000, 14_000_000)]


def test_registered_amounts_are_counted_by_the_papers_and_by_the_entries(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    registration = registered(factory, people, deal)
    change = paper(RecordKind.CHANGE, a2_fen=15_000_000, a3_fen=14_000_000, number="2026370781000999")
    verify(factory, people.county_official, recorded(factory, people, registration, change))
    with factory.reading() as uow:
        found = check(uow.session)
        assert (found.sums["A2"], found.sums["A3"], found.differences) == (15_000_000, 14_000_000, ())
        uow.session.add(forged_entry(uow.session, deal))
        uow.session.flush()
        assert check(uow.session).differences == (
            Difference(deal, "A2", 15_000_000, 16_000_000),
            Difference(deal, "A3", 14_000_000, 14_500_000),
        )
        uow.session.rollback()


def forged_entry(session: Session, deal_id: int) -> RegistrationEntry:
    """An entry that rests on no verified paper of its own."""
    last = session.scalars(select(RegistrationEntry).where(RegistrationEntry.deal_id == deal_id)).first()
    assert last is not None
    waiting = RegistrationRecord(
        registration_id=session.get_one(RegistrationRecord, last.record_id).registration_id,
        kind=RecordKind.CHANGE,
        state=RecordState.RECORDED,
        number="1",
        dated=last.dated,
        a2_fen=1_000_000,
        a3_fen=500_000,
        reason="改",
        scan_sha256="0" * 64,
        scan_name="",
        scan_type="",
        scan_size=1,
        recorded_by_id=1,
        recorded_at=last.recorded_at,
    )
    session.add(waiting)
    session.flush()
    return RegistrationEntry(
        deal_id=deal_id,
        document_id=last.document_id,
        record_id=waiting.id,
        kind=RecordKind.CHANGE,
        basis=last.basis,
        a2_fen=1_000_000,
        a3_fen=500_000,
        dated=last.dated,
        recorded_at=last.recorded_at,
    )


def test_a_returned_change_leaves_the_registration_as_it_was(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    registration = registered(factory, people, deal)
    record = recorded(factory, people, registration, paper(RecordKind.CHANGE, number="99", a2_fen=A3))
    with factory.writing(people.county_official) as uow:
        records.give_back(uow, record, "看不清")
    with factory.reading() as uow:
        assert uow.session.get_one(Registration, registration).number == NUMBER
    assert sums(factory, people.company, deal) == (A2, A3)


def test_a_termination_leaves_the_registration_until_it_is_cancelled(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    registration = registered(factory, people, deal)
    clock.forward(days=5)
    with factory.writing(people.county_official) as uow:
        deal_service.terminate(uow, deal, "项目取消", 0, EndReason.PLANS)
    with factory.reading(people.seller_contact) as uow:
        page = registration_page(uow, deal)
        assert (page.is_terminated, page.a2_fen, page.can_apply) == (True, A2, False)
    day = TODAY + timedelta(days=5)
    gone = recorded(factory, people, registration, paper(RecordKind.CANCELLATION, dated=day, reason="合同已终止"))
    verify(factory, people.city_official, gone)
    assert entries(factory, deal)[1:] == [(RecordKind.CANCELLATION, -A2, -A3, day)]
    assert (sums(factory, people.company, deal), state_of(factory, registration)) == ((0, 0), S.CANCELLED)
    assert stop_of(factory, people, deal, "Registration") == "failed"
    with factory.reading(people.city_official) as uow:
        (row,) = registered_in(uow, TODAY, day)
        assert (row.a2_fen, row.a3_fen) == (0, 0)


def test_officials_list_their_own_counties(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    registered(factory, people, deal)
    counts = {}
    for who in ("county_official", "city_official", "other_official", "company", "administrator"):
        with factory.reading(getattr(people, who)) as uow:
            counts[who] = len(registered_in(uow, date(2026, 1, 1), TODAY))
    assert counts == {"county_official": 1, "city_official": 1, "other_official": 0, "company": 0, "administrator": 0}
