"""A quarter with a few contracts, frozen and published, for tests of what readers are shown."""

from datetime import UTC, date, datetime

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.statistics import service
from marketplace.statistics.rules import FigureCode, Period
from marketplace.statistics.service import Wanted
from tests.figures import FigureWriter
from tests.personas import People, another_city_official

FIRST = Period(date(2026, 1, 1), date(2026, 3, 31))


def write_quarter(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> FigureWriter:
    """Five contracts: four sold by 青州, one by 诸城."""
    clock.at = datetime(2026, 3, 31, 4, tzinfo=UTC)
    writer = FigureWriter(factory, people)
    for place in range(4):
        writer.contract(place, "qingzhou", "shouguang", date(2026, 3, 10 + place), 1_000_000 * (place + 1))
    writer.contract(9, "zhucheng", "shouguang", date(2026, 2, 2), 700_000)
    return writer


def publish_quarter(
    factory: UnitOfWorkFactory,
    people: People,
    clock: SetClock,
    title: str = "一季度转化统计",
    note: str = "说明",
) -> str:
    """Freeze every figure of the quarter and have another official publish them; the number."""
    clock.at = datetime(2026, 4, 10, 4, tzinfo=UTC)
    with factory.writing(people.city_official) as uow:
        made = service.freeze(uow, Wanted(title, FIRST, date(2026, 4, 9), list(FigureCode), note))
    with factory.writing(another_city_official(factory)) as uow:
        service.take(uow, made.id, "publish")
    return made.number
