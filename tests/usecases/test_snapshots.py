"""Frozen figures: two officials, nothing that changes afterwards, corrections that say what differs, proofs that find a lie."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError

from marketplace.audit.models import AuditRow
from marketplace.deals.models import Deal, Entry
from marketplace.deals.rules import DealState
from marketplace.infra.append_only import emptied_with_the_rest
from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day, end_of
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.statistics import service, snapshot_queries
from marketplace.statistics.freezing import manifest, manifest_hash
from marketplace.statistics.models import Snapshot, SnapshotFigure, SnapshotRow
from marketplace.statistics.proving import figures_of, verify
from marketplace.statistics.rules import ChangeKind, Figure, FigureCode, Period, SnapshotState
from marketplace.statistics.service import Wanted
from tests.figures import FigureWriter
from tests.personas import People, another_city_official

QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))
CODES = (FigureCode.A1, FigureCode.C4)


_DECIDED = update(Snapshot).values(state="published", decided_by_id=1, decided_at=datetime(2026, 4, 11, tzinfo=UTC))


@pytest.fixture
def second(factory: UnitOfWorkFactory, people: People) -> Actor:
    """Another official of the city."""
    return another_city_official(factory)


@pytest.fixture
def writer(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> FigureWriter:
    """Two contracts of the quarter, on record since its last day."""
    clock.at = end_of(date(2026, 3, 31)) - timedelta(hours=5)
    made = FigureWriter(factory, people)
    made.contract(1, "qingzhou", "shouguang", date(2026, 3, 10), 30_000_000)
    made.contract(2, "qingzhou", "qingzhou", date(2026, 3, 31), 12_000_000)
    clock.at = datetime(2026, 4, 10, 2, tzinfo=UTC)
    return made


def wanted(as_of: date = date(2026, 4, 9)) -> Wanted:
    return Wanted("一季度", QUARTER, as_of, CODES)


def frozen(factory: UnitOfWorkFactory, actor: Actor, what: Wanted | None = None) -> int:
    with factory.writing(actor) as uow:
        return service.freeze(uow, what or wanted()).id


def published(factory: UnitOfWorkFactory, author: Actor, second: Actor) -> int:
    snapshot_id = frozen(factory, author)
    with factory.writing(second) as uow:
        service.take(uow, snapshot_id, "publish")
    return snapshot_id


def values(factory: UnitOfWorkFactory, snapshot_id: int) -> dict[FigureCode, Figure]:
    with factory.reading() as uow:
        found = uow.session.scalars(select(SnapshotFigure).where(SnapshotFigure.snapshot_id == snapshot_id))
        return {one.code: one.figure for one in found}


def failures(factory: UnitOfWorkFactory) -> list[str]:
    with factory.reading() as uow:
        return [f"{one.figure} {one.problem}".strip() for one in verify(uow)[1]]


def test_figures_are_frozen_by_one_official_and_published_by_another(
    factory: UnitOfWorkFactory, people: People, second: Actor, writer: FigureWriter
) -> None:
    snapshot_id = frozen(factory, people.city_official)
    assert values(factory, snapshot_id) == {FigureCode.A1: Figure(42_000_000, 2), FigureCode.C4: Figure(2, 2)}
    with pytest.raises(NotPermitted), factory.writing(people.city_official) as uow:
        service.take(uow, snapshot_id, "publish")
    with pytest.raises(NotFound), factory.reading(people.company) as uow:
        snapshot_queries.snapshot_page(uow, f"2026-{snapshot_id:04d}")
    with factory.writing(second) as uow:
        service.take(uow, snapshot_id, "publish")
    with factory.reading(people.company) as uow:
        page = snapshot_queries.snapshot_page(uow, f"2026-{snapshot_id:04d}")
        assert (page.is_published, page.actions) == (True, frozenset())
    assert failures(factory) == []


@pytest.mark.parametrize("who", ["worker", "company", "county_official", "administrator"])
def test_nobody_else_freezes_or_decides(
    factory: UnitOfWorkFactory, people: People, writer: FigureWriter, who: str
) -> None:
    actor: Actor = getattr(people, who)
    snapshot_id = frozen(factory, people.city_official)
    tries: list[Callable[[UnitOfWork], object]] = [
        lambda uow: service.freeze(uow, wanted()),
        lambda uow: service.take(uow, snapshot_id, "publish"),
        lambda uow: service.correct(uow, snapshot_id, date(2026, 4, 9), "x"),
    ]
    for attempt in tries:
        with pytest.raises((NotPermitted, NotFound)), factory.writing(actor) as uow:
            attempt(uow)


def test_what_comes_on_record_later_changes_no_frozen_figure(
    factory: UnitOfWorkFactory, people: People, second: Actor, writer: FigureWriter, clock: SetClock
) -> None:
    snapshot_id = published(factory, people.city_official, second)
    before = values(factory, snapshot_id)
    clock.forward(days=30)
    writer.contract(3, "zhucheng", "qingzhou", date(2026, 3, 20), 8_000_000)  # signed on paper, verified late
    writer.termination(1, date(2026, 3, 30), -30_000_000)
    assert values(factory, snapshot_id) == before
    assert failures(factory) == []


def test_a_correction_is_another_snapshot_and_says_what_differs(
    factory: UnitOfWorkFactory, people: People, second: Actor, writer: FigureWriter, clock: SetClock
) -> None:
    old_id = published(factory, people.city_official, second)
    clock.forward(days=30)
    writer.contract(3, "zhucheng", "qingzhou", date(2026, 3, 20), 8_000_000)
    writer.termination(1, date(2026, 3, 30), -30_000_000)
    clock.forward(days=2)
    known = china_day(clock.now()) - timedelta(days=1)
    with factory.writing(second) as uow:
        new = service.correct(uow, old_id, known, "补录")
    with factory.writing(people.city_official) as uow:
        service.take(uow, new.id, "publish")
    assert values(factory, new.id)[FigureCode.A1] == Figure(20_000_000, 3)
    with factory.reading() as uow:
        page = snapshot_queries.snapshot_page(uow, new.number)
        a1 = next(of for of in snapshot_queries.differences(uow.session, page) if of.code is FigureCode.A1)
        assert [(change.kind, change.figure.value) for change in a1.changes] == [
            (ChangeKind.NEW, 8_000_000),
            (ChangeKind.TAKEN_OFF, -30_000_000),
        ]
        assert a1.old.figure + Figure.sum(change.figure for change in a1.changes) == a1.new.figure
        old = snapshot_queries.snapshot_page(uow, f"2026-{old_id:04d}")
        assert old.corrected_by is not None
        assert old.corrected_by.number == new.number
        shown = snapshot_queries.headline(uow.session)
        assert shown is not None
        assert shown.snapshot.id == new.id
    with pytest.raises(Conflict), factory.writing(second) as uow:
        service.correct(uow, old_id, known, "再更正")
    assert failures(factory) == []


def test_the_same_period_is_corrected_not_frozen_twice(
    factory: UnitOfWorkFactory, people: People, second: Actor, writer: FigureWriter
) -> None:
    frozen(factory, people.city_official)
    with pytest.raises(InvalidInput, match="Correct those instead"):
        frozen(factory, second)


def test_returned_or_withdrawn_figures_make_room_for_others(
    factory: UnitOfWorkFactory, people: People, second: Actor, writer: FigureWriter
) -> None:
    first = frozen(factory, people.city_official)
    with pytest.raises(InvalidInput), factory.writing(second) as uow:
        service.take(uow, first, "return", " ")
    with factory.writing(second) as uow:
        assert service.take(uow, first, "return", "口径说明不完整").state is SnapshotState.RETURNED
    again = frozen(factory, people.city_official)
    with factory.writing(people.city_official) as uow:
        service.take(uow, again, "withdraw")
    with pytest.raises(Conflict), factory.writing(second) as uow:
        service.take(uow, again, "publish")
    assert frozen(factory, second) not in {first, again}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"as_of": date(2026, 4, 10)}, "as_of"),  # today is not over
        ({"as_of": date(9999, 12, 31)}, "as_of"),
        ({"as_of": date(2026, 3, 30)}, "as_of"),  # before the period ends
        ({"codes": ()}, "codes"),
        ({"title": "  "}, "title"),
    ],
)
def test_bad_input_is_refused_beside_the_field(
    factory: UnitOfWorkFactory, people: People, writer: FigureWriter, change: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        frozen(factory, people.city_official, replace(wanted(), **change))  # type: ignore[arg-type]
    assert field in refused.value.fields


def test_a_day_that_has_only_just_ended_is_not_frozen_yet(
    factory: UnitOfWorkFactory, people: People, writer: FigureWriter, clock: SetClock
) -> None:
    clock.at = end_of(date(2026, 4, 10)) + timedelta(minutes=9)
    with pytest.raises(InvalidInput):
        frozen(factory, people.city_official, wanted(date(2026, 4, 10)))
    clock.forward(minutes=2)
    assert frozen(factory, people.city_official, wanted(date(2026, 4, 10)))


def test_two_officials_who_publish_and_return_at_once_decide_once(
    factory: UnitOfWorkFactory, people: People, second: Actor, writer: FigureWriter
) -> None:
    snapshot_id = frozen(factory, people.city_official)
    others = [second, replace(second, user_id=people.administrator.user_id)]
    refused: list[Exception] = []
    barrier = threading.Barrier(2)

    def decide(actor: Actor, action: str) -> None:
        barrier.wait()
        try:
            with factory.writing(actor) as uow:
                service.take(uow, snapshot_id, action, "理由")
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=decide, args=pair) for pair in zip(others, ("publish", "return"), strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


def test_the_database_refuses_to_change_a_frozen_row(
    factory: UnitOfWorkFactory, people: People, writer: FigureWriter
) -> None:
    frozen(factory, people.city_official)
    for statement in (update(SnapshotRow).values(value=1), delete(SnapshotRow), update(SnapshotFigure).values(value=1)):
        with pytest.raises(DatabaseError, match="only added to"), factory.writing() as uow:
            uow.session.execute(statement)


@pytest.mark.parametrize(
    ("lie", "found"),
    [
        (
            update(SnapshotRow).where(SnapshotRow.source == "entry:1").values(value=31_000_000),
            "A1 the hash of its rows differs",
        ),
        (update(SnapshotFigure).values(value=43_000_000), "A1 its rows add up to something else"),
        (update(SnapshotFigure).values(version=9), "A1 there is no version 9 of its definition"),
        (delete(SnapshotRow).where(SnapshotRow.source == "entry:1"), "A1 1 rows instead of 2"),
        (update(Snapshot).values(title="二季度"), "its hash is not that of its content"),
        (update(Snapshot).values(sha256="0" * 64), "the audit log tells of another content"),
        (_DECIDED, "its state is not that of the audit log"),
        (update(Snapshot).values(frozen_by_id=3), "other people froze it, or decided about it, by the audit log"),
        (
            update(Entry).where(Entry.id == 1).values(amount_fen=1),
            "A1 entry:1 is frozen otherwise than it is on record",
        ),
        (
            update(Deal).where(Deal.id == 1).values(seller_county="gaomi"),
            "A1 entry:1 is frozen otherwise than it is on record",
        ),
        (update(AuditRow).values(payload={}), "the audit log has no entry of its freezing"),
    ],
    ids=["row", "sum", "version", "row gone", "title", "hash", "state", "author", "record", "dimension", "log"],
)
def test_whatever_is_forged_is_found(
    factory: UnitOfWorkFactory, people: People, writer: FigureWriter, lie: object, found: str
) -> None:
    frozen(factory, people.city_official)
    assert failures(factory) == []
    with factory.engine.begin() as connection, emptied_with_the_rest(connection):
        connection.execute(lie)  # type: ignore[call-overload]
    assert found in failures(factory)


def test_what_was_frozen_and_is_gone_is_named(factory: UnitOfWorkFactory, people: People, writer: FigureWriter) -> None:
    frozen(factory, people.city_official)
    with factory.engine.begin() as connection, emptied_with_the_rest(connection):
        for table in (SnapshotRow, SnapshotFigure, Snapshot):
            connection.execute(delete(table))
    assert failures(factory) == ["it was frozen and is gone"]


def test_a_forged_snapshot_is_not_published(
    factory: UnitOfWorkFactory, people: People, second: Actor, writer: FigureWriter
) -> None:
    """Whoever changes what was frozen, and its hash with it, does not get the audit log to say so."""
    snapshot_id = frozen(factory, people.city_official)
    with factory.writing() as uow:
        snapshot = uow.session.get_one(Snapshot, snapshot_id)
        snapshot.note = "另一说明"
        snapshot.sha256 = manifest_hash(manifest(snapshot, None, figures_of(uow.session, snapshot_id)))
    with pytest.raises(Conflict), factory.writing(second) as uow:
        service.take(uow, snapshot_id, "publish")


def test_a_letter_stays_as_it_was_frozen_when_its_contract_is_signed(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    clock.at = datetime(2026, 3, 2, 4, tzinfo=UTC)
    add = FigureWriter(factory, people)
    add.letters(1, "qingzhou", "gaomi", [5_000_000], [clock.at])
    clock.at = datetime(2026, 4, 10, 4, tzinfo=UTC)
    frozen(factory, people.city_official, replace(wanted(), codes=tuple(FigureCode)))
    with factory.writing() as uow:
        deal = uow.session.get_one(Deal, add.deals[1])
        deal.state, deal.in_force_at, deal.in_force_on = DealState.IN_FORCE, uow.now(), china_day(uow.now())
    assert failures(factory) == []


def test_figures_are_added_by_a_correction(
    factory: UnitOfWorkFactory, people: People, second: Actor, writer: FigureWriter, clock: SetClock
) -> None:
    old = published(factory, people.city_official, second)
    clock.forward(days=3)
    with factory.writing(second) as uow:
        new = service.correct(uow, old, date(2026, 4, 12), "增列到账金额", [FigureCode.A4, FigureCode.A1])
    assert set(values(factory, new.id)) == {FigureCode.A1, FigureCode.A4, FigureCode.C4}


def test_the_same_figure_twice_is_frozen_once(factory: UnitOfWorkFactory, people: People, writer: FigureWriter) -> None:
    made = frozen(factory, people.city_official, replace(wanted(), codes=(FigureCode.A1, FigureCode.A1)))
    assert set(values(factory, made)) == {FigureCode.A1}


def test_replacing_a_row_is_refused_too(factory: UnitOfWorkFactory, people: People, writer: FigureWriter) -> None:
    frozen(factory, people.city_official)
    if factory.engine.name == "sqlite":
        forged = "INSERT OR REPLACE INTO snapshot_rows SELECT * FROM snapshot_rows"
        with pytest.raises(DatabaseError, match="only added to"), factory.writing() as uow:
            uow.session.execute(text(forged))
