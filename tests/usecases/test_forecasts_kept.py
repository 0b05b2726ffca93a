"""Forecasts that are kept: of few deals never older than what they rest on, of many good for two hours, and never counting twice.

Thirty days ago a deal was opened, and waits: its eleven days are over, so it is a case of itself, and too few to forecast from.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import SYSTEM
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.rules import FigureCode
from marketplace.targets import keeping, queries
from marketplace.targets.outlook import Forecast, Outlook, Range
from marketplace.targets.queries import Asked, TargetsPage, targets_page
from marketplace.targets.rules import Basis
from tests.factories import make_deal
from tests.figures import FigureWriter
from tests.personas import People
from tests.world import NOW

LATER = NOW + timedelta(days=30)


def page(factory: UnitOfWorkFactory, people: People) -> TargetsPage:
    with factory.reading(people.city_official) as uow:
        asked = Asked(DEFINITIONS[FigureCode.A1], 2026, LATER.date(), uow.now())
        return targets_page(uow, asked, ["qingzhou", "shouguang"])


def another_deal(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    now, clock.at = clock.at, NOW
    make_deal(factory, people)
    clock.at = now


def prepare(factory: UnitOfWorkFactory) -> Path:
    """The file of A1 that the worker has made."""
    with factory.reading(SYSTEM) as uow:
        keeping.prepare(uow)
        return uow.settings.figures_dir / "A1.forecast"


@pytest.fixture
def waiting(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    make_deal(factory, people)
    clock.at = LATER


@pytest.fixture
def many(waiting: None, monkeypatch: pytest.MonkeyPatch, factory: UnitOfWorkFactory) -> Iterator[None]:
    """As if there were more deals than are read in a moment."""
    monkeypatch.setattr(keeping, "FEW", 0)
    yield
    keeping._KEPT.clear()


@pytest.mark.usefixtures("waiting")
def test_of_few_deals_it_knows_what_has_happened_since(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    prepare(factory)
    found = [page(factory, people) for _ in range(2)]
    assert [(one.basis, one.cases) for one in found] == [(Basis.TOO_FEW, 1)] * 2
    another_deal(factory, people, clock)
    assert page(factory, people).cases == 2


@pytest.mark.usefixtures("many")
def test_of_many_deals_it_is_good_for_two_hours(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> None:
    assert page(factory, people).cases == 1
    another_deal(factory, people, clock)
    clock.at = LATER + timedelta(minutes=119)
    assert page(factory, people).cases == 1
    clock.at = LATER + timedelta(hours=2)
    assert page(factory, people).cases == 2


@pytest.mark.usefixtures("many")
def test_a_process_that_starts_finds_what_the_worker_has_made(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    prepare(factory)
    another_deal(factory, people, clock)
    clock.at = LATER + timedelta(hours=1)
    assert page(factory, people).cases == 1
    prepare(factory)
    keeping._KEPT.clear()
    assert page(factory, people).cases == 2


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("content", [b"", b"{", b'{"made": 1}'])
def test_a_file_that_is_not_whole_is_made_anew(factory: UnitOfWorkFactory, people: People, content: bytes) -> None:
    prepare(factory).write_bytes(content)
    assert page(factory, people).cases == 1


@pytest.mark.usefixtures("many")
def test_a_file_of_another_database_is_not_believed(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    path = prepare(factory)
    kept = keeping._FILE.validate_json(path.read_bytes())
    path.write_bytes(path.read_bytes().replace(kept.end[1].encode(), b"0" * 64))
    another_deal(factory, people, clock)
    assert page(factory, people).cases == 2


def test_what_came_since_is_reached_and_no_longer_expected(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The year ends where it was expected to end: a contract that has come into force since is not added a second time."""
    writer = FigureWriter(factory, people)
    clock.at = LATER
    writer.contract(1, "qingzhou", "shouguang", date(2026, 12, 1), 600)
    made_at = LATER + timedelta(hours=1)
    nothing = Range(0, 0, 0)
    outlook = Outlook(1, Range(0, 400, 900), nothing, nothing, Range(0, 400, 900))
    made = Forecast(11, (), 20, 8, outlook, (("qingzhou", outlook),))
    monkeypatch.setattr(queries, "forecast_of", lambda *_: (made, made_at))
    clock.at = LATER + timedelta(minutes=90)
    writer.contract(2, "qingzhou", "shouguang", date(2026, 12, 20), 400)
    found = page(factory, people)
    assert found.city is not None
    assert (found.city.standing.reached, found.city.ends) == (1000, (600, 1000, 1500))
    assert found.counties[0].ends == (600, 1000, 1500)
    assert found.made_at == made_at
