"""What was the target on a day, and what was reached of it: every rule of the reading, broken on purpose, is found."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.rules import FigureCode
from marketplace.targets import service
from marketplace.targets.queries import Asked, current, newest_id
from tests.breaking.statements import missed
from tests.personas import People

PLACES = (None, "qingzhou", "shouguang")
Set = tuple[datetime, int, FigureCode, str | None, int]


def set_by_chance(factory: UnitOfWorkFactory, people: People, clock: SetClock, rng: Random) -> list[Set]:
    """Targets of two figures and two years are set and changed."""
    book: list[Set] = []
    for number in range(40):
        clock.forward(hours=rng.randrange(1, 99))
        year, code = rng.choice([2026, 2027]), rng.choice([FigureCode.A1, FigureCode.A4])
        values = {place: number * 10 + at for at, place in enumerate(rng.sample(PLACES, rng.randrange(1, 4)), start=1)}
        with factory.writing(people.city_official) as uow:
            service.set_targets(uow, year, code, values, "文件", newest_id(uow.session, year, code))
        book += [(clock.now(), year, code, place, value) for place, value in values.items()]
    return book


def test_every_rule_of_a_target_that_is_broken_is_found(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    clock.at = datetime.fromisoformat("2026-01-05T03:00:00+00:00")
    book = set_by_chance(factory, people, clock, Random(3))
    moments = [at for one in book[::9] for at in (one[0], one[0] - timedelta(microseconds=1))]

    def check(moments: Sequence[datetime] = moments) -> None:
        with factory.reading() as uow:
            for at in moments:
                for year, code in ((2026, FigureCode.A1), (2027, FigureCode.A4), (2027, FigureCode.A1)):
                    said = [one for one in book if one[0] <= at and one[1:3] == (year, code)]
                    found = current(uow.session, Asked(DEFINITIONS[code], year, date(2026, 12, 31), at))
                    assert {place: one.value for place, one in found.items()} == {one[3]: one[4] for one in said}

    assert missed(factory.engine, "targets", check) == set()
