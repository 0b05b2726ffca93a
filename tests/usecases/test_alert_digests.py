"""Digests come at their hour in China, once, whatever dies in between; what is no longer true by then is not told."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from marketplace.alerts import delivery, service
from marketplace.alerts.events import AlertsDue
from marketplace.alerts.rules import BEST, Frequency, Scope
from marketplace.alerts.targets import Target
from marketplace.infra.outbox import ScheduledRun
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.worker import Worker
from marketplace.kernel.clock import SetClock
from marketplace.matching import service as matching
from marketplace.matching.rules import DismissReason, Side
from marketplace.organisations import members, queries
from marketplace.web.context import Runtime
from tests.alerting import alerted, appears, changes, messages, rows, wants
from tests.crowd import run_at_once
from tests.factories import make_need, make_result
from tests.personas import People
from tests.sheets import RESULTS, imported, sheet
from tests.usecases.test_alerts import NEED_HEARS
from tests.usecases.test_matches import index_everything

Drain = Callable[[], int]
Pass = Callable[..., None]


@pytest.fixture
def passes(runtime: Runtime, clock: SetClock, drain: Drain) -> Pass:
    """Let time go by, with the worker at work."""

    def go(**span: float) -> None:
        clock.forward(**span)
        runtime.worker.run_due_tasks()
        drain()

    return go


@pytest.fixture
def waiting(factory: UnitOfWorkFactory, people: People, drain: Drain) -> tuple[int, int]:
    """Friday, ten in the morning: a match that the company hears of once a day. Everybody else has been told."""
    wants(factory, people.company, Frequency.DAILY)
    pair = make_result(factory, people), make_need(factory, people)
    index_everything(factory)
    appears(factory, pair[0])
    drain()
    assert set(alerted(factory, people)) == {"worker", "seller_contact", "company_admin"}
    return pair


def heard(factory: UnitOfWorkFactory, people: People) -> list[str]:
    return alerted(factory, people).get("company", [])


def test_a_daily_digest_comes_at_eight_in_china_and_not_again(
    factory: UnitOfWorkFactory, people: People, waiting: tuple[int, int], passes: Pass
) -> None:
    passes(hours=21, minutes=59)
    assert heard(factory, people) == []
    passes(minutes=1)
    assert heard(factory, people) == [NEED_HEARS]
    for _ in range(3):
        passes(days=1)
    assert heard(factory, people) == [NEED_HEARS]
    assert [one.how for one in messages(factory) if one.user_id == people.company.user_id] == [Frequency.DAILY]


def test_a_weekly_digest_comes_on_monday(
    factory: UnitOfWorkFactory, people: People, waiting: tuple[int, int], passes: Pass
) -> None:
    wants(factory, people.company, Frequency.WEEKLY)
    for _day in range(2):
        passes(days=1)
    assert heard(factory, people) == []
    passes(hours=22)
    assert heard(factory, people) == [NEED_HEARS]


def test_what_comes_before_and_after_the_hour_is_told_in_two_digests(
    factory: UnitOfWorkFactory, people: People, waiting: tuple[int, int], clock: SetClock, passes: Pass
) -> None:
    other = make_result(factory, people, title="变压器油箱手工焊接工装")
    clock.forward(hours=22)
    appears(factory, other)
    passes()
    assert heard(factory, people) == [NEED_HEARS]
    passes(days=1)
    assert len(heard(factory, people)) == 2


def test_many_matches_make_one_digest(
    factory: UnitOfWorkFactory, people: People, waiting: tuple[int, int], passes: Pass
) -> None:
    for word in ("手工", "半自动"):
        appears(factory, make_result(factory, people, title=f"变压器油箱{word}焊接工装"))
        passes(hours=1)
    passes(days=1)
    assert heard(factory, people) == ["3 results fit your need “大型储罐焊接变形控制”"]


def test_who_chooses_at_once_after_all_is_told_what_waits(
    factory: UnitOfWorkFactory, people: People, waiting: tuple[int, int], passes: Pass
) -> None:
    with factory.writing(people.company) as uow:
        service.choose(uow, Frequency.INSTANT, recommendations=True)
    passes(minutes=2)
    assert heard(factory, people) == [NEED_HEARS]


@pytest.mark.parametrize(("frequency", "recommendations"), [(Frequency.OFF, True), (Frequency.DAILY, False)])
def test_who_wants_to_hear_nothing_is_not_told_what_waits_even_if_he_changes_his_mind(
    factory: UnitOfWorkFactory,
    people: People,
    waiting: tuple[int, int],
    passes: Pass,
    frequency: Frequency,
    recommendations: bool,
) -> None:
    with factory.writing(people.company) as uow:
        service.choose(uow, frequency, recommendations)
    passes(days=1)
    with factory.writing(people.company) as uow:
        service.choose(uow, Frequency.DAILY, recommendations=True)
    passes(days=1)
    assert heard(factory, people) == []


def test_what_waits_while_everything_is_muted_comes_after_the_mute(
    factory: UnitOfWorkFactory, people: People, waiting: tuple[int, int], passes: Pass
) -> None:
    everything = Target(people.company.user_id or 0, Scope.ALL)
    with factory.writing(people.company) as uow:
        service.mute(uow, everything)
    passes(days=2)
    assert heard(factory, people) == []
    with factory.writing(people.company) as uow:
        service.unmute(uow, everything)
    passes(minutes=2)
    assert heard(factory, people) == [NEED_HEARS]


def _paused(factory: UnitOfWorkFactory, people: People, result_id: int, need_id: int) -> None:
    changes(factory, result_id, state="paused")


def _put_away(factory: UnitOfWorkFactory, people: People, result_id: int, need_id: int) -> None:
    with factory.writing(people.company_admin) as uow:
        matching.dismiss(uow, result_id, need_id, Side.NEED, DismissReason.TOPIC)


def _muted(factory: UnitOfWorkFactory, people: People, result_id: int, need_id: int) -> None:
    with factory.writing(people.company) as uow:
        service.mute(uow, Target(people.company.user_id or 0, Scope.RESULT, result_id))


def _left(factory: UnitOfWorkFactory, people: People, result_id: int, need_id: int) -> None:
    with factory.writing(people.company) as uow:
        (place,) = queries.memberships_of(uow.session, people.company.user_id or 0)
        members.end(uow, place.id)


@pytest.mark.parametrize("happens", [_paused, _put_away, _muted, _left])
def test_what_is_no_longer_true_is_not_told(
    factory: UnitOfWorkFactory,
    people: People,
    waiting: tuple[int, int],
    passes: Pass,
    happens: Callable[..., None],
) -> None:
    happens(factory, people, *waiting)
    passes(days=1)
    assert heard(factory, people) == []
    assert people.company.user_id not in {row.user_id for row in rows(factory)}, "never told, so it may come again"


def test_a_digest_that_dies_in_between_is_neither_lost_nor_repeated(
    factory: UnitOfWorkFactory,
    people: People,
    runtime: Runtime,
    waiting: tuple[int, int],
    clock: SetClock,
    passes: Pass,
) -> None:
    clock.forward(days=1)
    with factory.writing() as uow:  # The schedule claims its task, and the process dies before the task has run.
        claimed = update(ScheduledRun).where(ScheduledRun.task == "alerts.announce_due").values(last_at=uow.now())
        uow.session.execute(claimed)
    assert heard(factory, people) == []

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    clock.forward(minutes=1)
    runtime.worker.run_due_tasks()
    handlers = {**runtime.worker.handlers, "alerts.tell": die}
    with pytest.raises(KeyboardInterrupt):
        Worker(factory, handlers, (), runtime.worker.batch_sizes).drain()
    assert heard(factory, people) == []
    passes(minutes=1)
    assert heard(factory, people) == [NEED_HEARS]
    passes(minutes=11)
    assert heard(factory, people) == [NEED_HEARS]


def test_two_workers_at_the_same_hour_make_one_digest(
    factory: UnitOfWorkFactory, people: People, waiting: tuple[int, int], clock: SetClock
) -> None:
    clock.forward(days=1)
    event = AlertsDue(people.company.user_id or 0, Frequency.DAILY)

    def tell() -> None:
        with factory.writing() as uow:
            delivery.tell_due(uow, [event] * 5)

    run_at_once([tell, tell, tell])
    assert heard(factory, people) == [NEED_HEARS]


def test_an_import_makes_one_message_of_the_best_once_it_is_through(
    factory: UnitOfWorkFactory, people: People, passes: Pass
) -> None:
    """Neither the importing official nor the unit that holds the rows in trust is told of every row."""
    make_need(factory, people)
    index_everything(factory)
    all_of_them = {str(row): True for row in range(2, 10)}
    for part in range(3):
        lines = [
            (f"储罐壁板焊接变形控制工装{part}型{number}号", "某厂", "焊接变形大，压紧壁板。") for number in range(8)
        ]
        imported(factory, sheet(RESULTS, *lines), choices=all_of_them)
        passes(seconds=30)
        assert alerted(factory, people) == {}
    passes(minutes=2)
    found = alerted(factory, people)
    ((line,), others) = found["company"], found["company_admin"]
    assert set(found) == {"company", "company_admin"}
    assert others == [line]
    assert line.endswith(" results fit your need “大型储罐焊接变形控制”")
    assert 1 < int(line.split()[0]) <= BEST
    passes(days=1)
    assert len(messages(factory)) == 2


def test_while_an_import_goes_on_others_are_told_at_once(
    factory: UnitOfWorkFactory, people: People, drain: Drain, passes: Pass
) -> None:
    make_need(factory, people)
    index_everything(factory)
    imported(factory, sheet(RESULTS, ("储罐壁板焊接变形控制工装", "某厂", "焊接变形大。")))
    drain()
    appears(factory, make_result(factory, people, title="大型储罐焊接变形控制装置"))
    drain()
    assert heard(factory, people) == ["A result fits your need “大型储罐焊接变形控制”: 大型储罐焊接变形控制装置"]
    passes(minutes=2)
    assert len(heard(factory, people)) == 2
