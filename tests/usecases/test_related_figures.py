"""The cut of figures by related parties: by what was known when the contract came into force, and old snapshots go on to be
proved."""

from datetime import UTC, date, datetime

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.related import service as related
from marketplace.statistics import service
from marketplace.statistics.adding import cut, picked
from marketplace.statistics.apart import apart
from marketplace.statistics.comparing import compared
from marketplace.statistics.definitions import BY_RELATION, DEFINITIONS, RETIRED, VERSIONS
from marketplace.statistics.models import Snapshot
from marketplace.statistics.proving import figures_of, verify
from marketplace.statistics.queries import Filter, Value
from marketplace.statistics.rules import Dimension, Figure, FigureCode, Period
from marketplace.statistics.service import Wanted
from tests.factories import make_signed
from tests.figures import FigureWriter
from tests.personas import People, another_city_official

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
DAY = date(2026, 3, 10)
BEFORE = {
    FigureCode.A0: "c79c93a036a19b2726e27ae22e84f9e29954a706da56279c51b534f4949bee0e",
    FigureCode.A1: "e3c6c1534acac7b6c21efbd8d4d39b4682ddea88528117aac1ccbb576499f388",
    FigureCode.C7: "db0bba424acfda50e132fc07e2b4b30dd4d0bbbba6847ece365a549a85f78402",
}
"""Fingerprints of definitions as they were before the cut was added; snapshots of that time carry them."""


@pytest.fixture
def writer(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> FigureWriter:
    """Two contracts of which nobody has asked whether the parties are related."""
    clock.at = datetime(2026, 3, 10, 2, tzinfo=UTC)
    made = FigureWriter(factory, people)
    made.contract(1, "qingzhou", "shouguang", DAY, 30_000_000)
    made.contract(2, "qingzhou", "qingzhou", DAY, 12_000_000)
    return made


def by_relation(factory: UnitOfWorkFactory, people: People, code: FigureCode = FigureCode.A1) -> dict[Value, Figure]:
    with factory.reading(people.city_official) as uow:
        return cut(uow, Filter(DEFINITIONS[code], YEAR, uow.now()), Dimension.RELATED)


def test_a_deal_is_cut_by_what_was_found_when_it_opened(factory: UnitOfWorkFactory, people: People) -> None:
    make_signed(factory, people)
    assert by_relation(factory, people) == {"no": Figure(18_000_000, 1)}
    assert by_relation(factory, people, FigureCode.C4) == {"no": Figure(1, 1)}


def test_what_nobody_has_asked_stands_in_its_own_row(
    factory: UnitOfWorkFactory, people: People, writer: FigureWriter
) -> None:
    assert by_relation(factory, people) == {None: Figure(42_000_000, 2)}


def test_what_is_established_later_changes_no_row_that_is_on_record(
    factory: UnitOfWorkFactory, people: People, writer: FigureWriter, clock: SetClock
) -> None:
    """The contract stays where it was, and what its termination takes off is taken off there: no part shows less than nothing."""
    by_relation(factory, people)  # A process that has read the rows before must hear of it.
    clock.forward(days=5)
    with factory.writing(people.city_official) as uow:
        related.say(uow, writer.deals[1], True, "买方系卖方全资子公司", None)
    clock.forward(days=1)
    assert by_relation(factory, people) == {None: Figure(42_000_000, 2)}
    writer.termination(1, date(2026, 3, 16), -10_000_000)
    assert by_relation(factory, people) == {None: Figure(32_000_000, 2)}
    with factory.reading(people.city_official) as uow:
        wanted = Filter(DEFINITIONS[FigureCode.A1], YEAR, uow.now())
        beside = apart(uow, wanted, picked(uow, wanted))
    assert beside is not None
    assert beside.related == Figure(20_000_000, 1)


def test_the_first_document_of_another_deal_is_nothing_to_a_deal(
    factory: UnitOfWorkFactory, people: People, writer: FigureWriter, clock: SetClock
) -> None:
    """A letter of another deal was signed before; what was found of this one's parties after that, and before its own, holds."""
    writer.letters(4, "qingzhou", "gaomi", [1_000], [clock.now()])
    clock.forward(days=5)
    writer.letters(3, "qingzhou", "gaomi", [], [])
    with factory.writing(people.city_official) as uow:
        related.say(uow, writer.deals[3], True, "买方系卖方全资子公司", None)
    clock.forward(days=1)
    writer.letter(3, 7_000_000, clock.now())
    assert by_relation(factory, people, FigureCode.A0) == {"yes": Figure(7_000_000, 1), None: Figure(1_000, 1)}


def test_a_snapshot_of_the_version_before_is_still_proved(
    factory: UnitOfWorkFactory,
    people: People,
    writer: FigureWriter,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Frozen as it was frozen then; a correction by today's version shows no row as changed, for none was."""
    clock.at = datetime(2027, 1, 10, 2, tzinfo=UTC)
    second = another_city_official(factory)
    with monkeypatch.context() as then:
        for one in RETIRED[::-1]:  # The oldest of each figure last.
            then.setitem(DEFINITIONS, one.code, one)
        with factory.writing(people.city_official) as uow:
            old = service.freeze(uow, Wanted("年报", YEAR, date(2027, 1, 9), list(FigureCode))).id
    with factory.writing(second) as uow:
        service.take(uow, old, "publish")
    with factory.writing(people.city_official) as uow:
        related.say(uow, writer.deals[1], True, "买方系卖方全资子公司", None)
    clock.forward(days=3)
    with factory.writing(people.city_official) as uow:
        new = service.correct(uow, old, date(2027, 1, 12), "补充关联方口径").id
    with factory.reading(people.city_official) as uow:
        versions = {one.code: one.version for one in figures_of(uow.session, old)}
        checked, problems = verify(uow)
        found = compared(uow.session, uow.session.get_one(Snapshot, old), uow.session.get_one(Snapshot, new))
    assert versions == dict.fromkeys(FigureCode, 1)
    assert (checked, problems) == (2, [])
    signed = next(one for one in found if one.code is FigureCode.A1)
    assert signed.is_redefined
    assert signed.changes == ()


def test_before_anything_is_signed_a_deal_is_cut_by_what_was_known_of_each_row(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    """A letter and the one that replaces it stand on one side, that of the first; what is found before it counts."""
    writer = FigureWriter(factory, people)
    clock.at = datetime(2026, 3, 1, 2, tzinfo=UTC)
    moments = [datetime(2026, 3, day, 2, tzinfo=UTC) for day in (10, 20)]
    writer.letters(1, "qingzhou", "shouguang", [30_000_000, 10_000_000], moments)
    writer.letters(2, "qingzhou", "shouguang", [500, 700], moments)
    for number, day in ((1, 5), (2, 15)):
        clock.at = datetime(2026, 3, day, 2, tzinfo=UTC)
        with factory.writing(people.city_official) as uow:
            related.say(uow, writer.deals[number], True, "买方系卖方全资子公司", None)
    clock.at = datetime(2026, 4, 1, 2, tzinfo=UTC)
    found = {key: figure.value for key, figure in by_relation(factory, people, FigureCode.A0).items()}
    assert found == {"yes": 10_000_000, None: 700}


def test_definitions_that_were_in_force_are_kept_word_by_word() -> None:
    assert {code: VERSIONS[code, 1].fingerprint for code in BEFORE} == BEFORE
    cut_now = [one for one in DEFINITIONS.values() if Dimension.RELATED in one.dimensions]
    assert {one.code for one in cut_now} == BY_RELATION
    assert {(one.code, one.version - 1) for one in cut_now if one.version > 1} <= set(VERSIONS)


def test_a_share_and_a_stock_are_not_cut_by_what_may_be_found_between_two_of_their_rows() -> None:
    for one in DEFINITIONS.values():
        if one.is_share or one.is_stock or one.code is FigureCode.C6:
            assert Dimension.RELATED not in one.dimensions
