"""Who hears of frozen figures: the other officials of the city what waits, whoever froze them what was decided."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.notifications.models import Notification
from marketplace.statistics import service
from marketplace.statistics.rules import FigureCode, Period
from marketplace.statistics.service import Wanted
from tests.personas import People, another_city_official

QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))


def frozen(factory: UnitOfWorkFactory, actor: Actor) -> int:
    with factory.writing(actor) as uow:
        return service.freeze(uow, Wanted("一季度", QUARTER, date(2026, 4, 9), [FigureCode.A1])).id


def test_the_others_hear_what_waits_and_the_author_what_was_decided(
    factory: UnitOfWorkFactory, people: People, drain: Callable[[], int], clock: SetClock
) -> None:
    clock.at = datetime(2026, 4, 10, 2, tzinfo=UTC)
    second = another_city_official(factory)
    for action, reason in (("return", "缺少潍城区的数据"), ("publish", "")):
        snapshot_id = frozen(factory, people.city_official)
        drain()
        with factory.writing(second) as uow:
            service.take(uow, snapshot_id, action, reason)
        drain()
    with factory.reading() as uow:
        lines = uow.session.scalars(select(Notification).order_by(Notification.id)).all()
        said = [(line.user_id, line.url, line.message % line.params) for line in lines]
    waits = "Figures “一季度” (number %s) are frozen and wait for a second official to publish or return them."
    author, other = people.city_official.user_id, second.user_id
    first, then = "2026-0001", "2026-0002"
    assert said == [
        (other, f"/reports/{first}", waits % first),
        (author, f"/reports/{first}", f"Your figures “一季度” (number {first}) were returned: 缺少潍城区的数据"),
        (other, f"/reports/{then}", waits % then),
        (author, f"/reports/{then}", f"Your figures “一季度” (number {then}) are published."),
    ]
