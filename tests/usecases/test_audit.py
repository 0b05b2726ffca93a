"""The audit chain: one row per event, and any change to it is found at its first row."""

import hashlib
import threading

import pytest
from sqlalchemy import delete, select, update

from marketplace.audit.models import AuditHead, AuditRow
from marketplace.audit.service import GENESIS, content_hash, digest, verify
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
        {"salt": "0" * 32},
        {"salt": None},
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


def test_rows_of_before_there_were_salts_stay_as_they_are_and_new_ones_follow_them(
    factory: UnitOfWorkFactory, people: People, chain: None
) -> None:
    """Their hashes are those that were anchored, so they are not written anew."""
    with factory.writing() as uow:
        before = GENESIS
        for row in uow.session.scalars(select(AuditRow).order_by(AuditRow.id)):
            row.salt, row.prev_hash = None, before
            row.hash = before = digest(row)
        uow.session.get_one(AuditHead, 1).last_hash = before
    with factory.writing(people.city_official) as uow:
        uow.emit(BaseSaved(6))
    with factory.reading() as uow:
        assert verify(uow.session) is None
        salts = uow.session.scalars(select(AuditRow.salt).order_by(AuditRow.id)).all()
    assert [bool(salt) for salt in salts] == [False] * 5 + [True]


def test_the_chain_is_walked_past_a_row_by_the_hash_of_its_content_alone(
    factory: UnitOfWorkFactory, chain: None
) -> None:
    with factory.reading() as uow:
        rows = uow.session.scalars(select(AuditRow).order_by(AuditRow.id)).all()
    at = GENESIS
    for content in map(content_hash, rows):
        at = hashlib.sha256(bytes.fromhex(at) + bytes.fromhex(content)).hexdigest()
    assert at == rows[-1].hash


def test_the_same_fact_has_another_hash_each_time(factory: UnitOfWorkFactory, people: People, chain: None) -> None:
    """Who guesses what a row says cannot try it out against the hash of its content."""
    with factory.reading() as uow:
        row = uow.session.get_one(AuditRow, 3)
        uow.session.expunge(row)
    before = content_hash(row)
    row.salt = "1" * 32
    assert content_hash(row) != before
