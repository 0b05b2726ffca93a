"""The audit chain: one row per event, and any change to it is found at its first row."""

import threading

import pytest
from sqlalchemy import delete, select, update

from marketplace.audit.models import AuditHead, AuditRow
from marketplace.audit.service import verify
from marketplace.bases.events import BaseSaved
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from tests.personas import People


@pytest.fixture
def chain(factory: UnitOfWorkFactory, people: People) -> None:
    """Five rows by an official."""
    for number in range(1, 6):
        with factory.writing(people.city_official) as uow:
            uow.emit(BaseSaved(number))


def test_an_untouched_chain_is_whole(factory: UnitOfWorkFactory, people: People, chain: None) -> None:
    with factory.reading() as uow:
        assert verify(uow.session) is None
        rows = list(uow.session.scalars(select(AuditRow).order_by(AuditRow.id)))
    assert [row.object for row in rows] == [f"base:{n}" for n in range(1, 6)]
    assert {row.actor_id for row in rows} == {people.city_official.user_id}


@pytest.mark.parametrize(
    "change",
    [
        {"actor_id": None},
        {"action": "base.gone"},
        {"object": "base:9"},
        {"payload": {"base_id": 9}},
        {"hash": "0" * 64},
    ],
)
def test_a_changed_column_breaks_the_chain_at_that_row(
    factory: UnitOfWorkFactory, chain: None, change: dict[str, object]
) -> None:
    with factory.writing() as uow:
        uow.session.execute(update(AuditRow).where(AuditRow.id == 3).values(**change))
    with factory.reading() as uow:
        assert verify(uow.session) == 3


def test_a_row_taken_out_is_missed(factory: UnitOfWorkFactory, chain: None) -> None:
    with factory.writing() as uow:
        uow.session.execute(delete(AuditRow).where(AuditRow.id == 2))
    with factory.reading() as uow:
        assert verify(uow.session) == 2


def test_rows_cut_off_the_end_are_missed(factory: UnitOfWorkFactory, chain: None) -> None:
    with factory.writing() as uow:
        uow.session.execute(delete(AuditRow).where(AuditRow.id > 3))
    with factory.reading() as uow:
        assert verify(uow.session) == 4
        assert uow.session.get_one(AuditHead, 1).last_id == 5


def test_many_at_once_make_one_chain(factory: UnitOfWorkFactory) -> None:
    def write() -> None:
        for number in range(10):
            with factory.writing() as uow:
                uow.emit(BaseSaved(number))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with factory.reading() as uow:
        assert verify(uow.session) is None
        assert uow.session.get_one(AuditHead, 1).last_id == 40


def test_what_rolls_back_leaves_no_trace(factory: UnitOfWorkFactory) -> None:
    def announce_and_fail() -> None:
        with factory.writing() as uow:
            uow.emit(BaseSaved(1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        announce_and_fail()
    with factory.reading() as uow:
        assert uow.session.scalars(select(AuditRow)).all() == []
