"""Publishing on either side lets the other hear: once, only of what fits, and only those whom it concerns."""

import shutil
from collections.abc import Callable

import pytest
from sqlalchemy import select

from marketplace.alerts.finding import prepare
from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.worker import Worker
from marketplace.kernel.clock import SetClock
from marketplace.listings.events import ListingIndexed, ListingMoved
from marketplace.matching import service as matching
from marketplace.matching.queries import matches_for_result
from marketplace.matching.rules import DismissReason, InterestState, Side, Strength
from marketplace.needs.rules import NeedState
from marketplace.results.rules import ResultState
from marketplace.web.context import Runtime
from marketplace.wiring import INDEXER
from search_index.bars import Bar
from search_index.standing import View
from tests.alerting import alerted, appears, changes, rows
from tests.crowd import run_at_once
from tests.factories import make_interest, make_need, make_result
from tests.inboxes import happen
from tests.personas import People
from tests.usecases.test_matches import index_everything

Drain = Callable[[], int]

NEED_HEARS = "A result fits your need “大型储罐焊接变形控制”: 变压器油箱自动焊接工装"
RESULT_HEARS = "A need fits your result “变压器油箱自动焊接工装”: 大型储罐焊接变形控制"
BOTH_SIDES = {
    "worker": [RESULT_HEARS],
    "seller_contact": [RESULT_HEARS],
    "company": [NEED_HEARS],
    "company_admin": [NEED_HEARS],
}


@pytest.mark.parametrize("later", ["result", "need"])
def test_publishing_on_either_side_lets_both_hear_once(
    factory: UnitOfWorkFactory, people: People, drain: Drain, later: str
) -> None:
    made = {"result": make_result(factory, people), "need": make_need(factory, people)}
    index_everything(factory)
    appears(factory, made[later])
    drain()
    assert alerted(factory, people) == BOTH_SIDES


def test_of_two_published_at_the_same_moment_each_side_hears_once(
    factory: UnitOfWorkFactory, people: People, runtime: Runtime, drain: Drain
) -> None:
    INDEXER.heal_all(factory)
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    run_at_once([lambda: appears(factory, result_id), lambda: appears(factory, need_id)])
    run_at_once([lambda: _work(runtime), lambda: _work(runtime)])
    drain()
    assert alerted(factory, people) == BOTH_SIDES


def _work(runtime: Runtime) -> None:
    worker = runtime.worker
    Worker(worker.factory, worker.handlers, (), worker.batch_sizes).drain()


def test_while_an_index_is_lost_nobody_hears_and_then_everybody(
    factory: UnitOfWorkFactory, people: People, runtime: Runtime, drain: Drain, clock: SetClock
) -> None:
    made, need_id = make_result(factory, people), make_need(factory, people)
    index_everything(factory)
    shutil.rmtree(factory.services.settings.index_dir)
    appears(factory, need_id)
    for _ in range(20):
        runtime.worker.drain()
        clock.forward(minutes=1)
    assert rows(factory) == []
    drain()
    assert alerted(factory, people) == BOTH_SIDES
    assert {(row.result_id, row.need_id) for row in rows(factory)} == {(made, need_id)}


def test_what_is_prepared_ahead_of_time_changes_nothing_of_what_people_hear(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    for number in range(3):
        make_need(factory, people, title=f"苹果冷库节能{number}", description="冷库耗电高。")
    result_id = make_result(factory, people)
    make_need(factory, people)
    index_everything(factory)
    with factory.reading() as uow:
        prepare(uow)
    kept = factory.services.catalogues["result"].asker(None).snapshot.kept.values()
    assert {type(one) for one in kept} == {Bar, View}
    appears(factory, result_id)
    drain()
    assert alerted(factory, people) == BOTH_SIDES


def test_whatever_edits_follow_and_however_often_an_event_comes_nobody_hears_twice(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    index_everything(factory)
    for number in range(5):
        appears(factory, result_id)
        changes(factory, need_id, description=f"储罐壁板焊接变形大，第{number}版，需要控制焊接变形的工装。")
        drain()
    with factory.writing() as uow:
        for _ in range(5):
            uow.pass_on(ListingIndexed("result", result_id, imported=False))
    drain()
    assert alerted(factory, people) == BOTH_SIDES


def test_an_edit_that_makes_it_fit_is_heard_of(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    result_id = make_result(factory, people)
    need_id = make_need(factory, people, title="苹果冷库节能", description="冷库耗电高。")
    index_everything(factory)
    appears(factory, result_id)
    drain()
    assert alerted(factory, people) == {}
    changes(
        factory,
        need_id,
        title="大型储罐焊接变形控制",
        description="储罐壁板焊接后变形大，需要控制焊接变形的工装和工艺。",
    )
    drain()
    assert set(alerted(factory, people)) == set(BOTH_SIDES)


def test_a_step_between_two_states_that_everybody_sees_is_no_news(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    result_id = make_result(factory, people)
    make_need(factory, people)
    index_everything(factory)
    happen(factory, people.worker, ListingMoved("result", result_id, "confirm", "stale", "published"))
    drain()
    assert rows(factory) == []


def test_several_pairs_from_one_occasion_make_one_message(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    make_result(factory, people)
    make_result(factory, people, title="变压器油箱手工焊接工装")
    need_id = make_need(factory, people)
    index_everything(factory)
    appears(factory, need_id)
    drain()
    assert alerted(factory, people)["company"] == ["2 results fit your need “大型储罐焊接变形控制”"]
    assert alerted(factory, people)["worker"] == ["2 new matches for your results and needs"]


def test_why_is_kept_as_it_was(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    index_everything(factory)
    appears(factory, result_id)
    drain()
    changes(factory, need_id, title="完全不同的题目", description="别的事情。")
    drain()
    row = next(row for row in rows(factory) if row.user_id == people.company.user_id)
    assert "焊接" in "".join(term["text"] for term in row.explanation["terms"])
    assert (row.side, row.result_id, row.need_id) == (Side.NEED, result_id, need_id)


def _dismissed_by_the_need(factory: UnitOfWorkFactory, people: People, result_id: int, need_id: int) -> None:
    with factory.writing(people.company) as uow:
        matching.dismiss(uow, result_id, need_id, Side.NEED, DismissReason.TOPIC)


def _dismissed_by_the_result(factory: UnitOfWorkFactory, people: People, result_id: int, need_id: int) -> None:
    with factory.writing(people.worker) as uow:
        matching.dismiss(uow, result_id, need_id, Side.RESULT, DismissReason.TOPIC)


def _told_already(factory: UnitOfWorkFactory, people: People, result_id: int, need_id: int) -> None:
    make_interest(factory, people, result_id=result_id, need_id=need_id, state=InterestState.DELIVERED)


@pytest.mark.parametrize("before", [_dismissed_by_the_need, _dismissed_by_the_result, _told_already])
@pytest.mark.parametrize("later", [0, 1])
def test_pairs_that_are_settled_are_left_out(
    factory: UnitOfWorkFactory, people: People, drain: Drain, later: int, before: Callable[..., None]
) -> None:
    pair = make_result(factory, people), make_need(factory, people)
    index_everything(factory)
    before(factory, people, *pair)
    drain()
    appears(factory, pair[later])
    drain()
    assert alerted(factory, people) == {}


def test_nobody_hears_of_what_is_his_own(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    """The seller's own need, and a need of the worker himself beside the result of his unit."""
    result_id = make_result(factory, people)
    make_need(factory, people, party_id=people.seller_party, author_id=people.seller_contact.user_id)
    make_need(factory, people, party_id=people.worker.own_party_id, author_id=people.worker.user_id)
    index_everything(factory)
    appears(factory, result_id)
    drain()
    assert set(alerted(factory, people)) == {"seller_contact"}, "to the contact the worker's own need is another's"


def test_what_is_told_is_what_the_own_match_list_calls_at_least_fairly_strong(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    titles = (
        "储罐焊接变形控制",
        "油箱焊接自动化",
        "冷库氨管道焊接检漏",
        "焊接烟尘治理",
        "喷涂线节能",
        "变压器噪声治理",
        "苹果分级",
    )
    for title in titles:
        make_need(factory, people, title=title, description=f"{title}，人工做不好，返修多，需要工装。")
    result_id = make_result(factory, people)
    index_everything(factory)
    with factory.reading(people.worker) as uow:
        shown = {row.need_id: row.strength for row in matches_for_result(uow, result_id)}
    appears(factory, result_id)
    drain()
    worth = {need_id for need_id, strength in shown.items() if strength is not Strength.WEAK}
    assert 0 < len(worth) < len(shown)
    assert {row.need_id for row in rows(factory) if row.user_id == people.worker.user_id} == worth


@pytest.mark.parametrize("state", [NeedState.DRAFT, NeedState.SUSPENDED, NeedState.SOLVED])
def test_a_listing_that_others_do_not_see_tells_nobody(
    factory: UnitOfWorkFactory, people: People, drain: Drain, state: NeedState
) -> None:
    result_id, need_id = make_result(factory, people), make_need(factory, people)
    index_everything(factory)
    changes(factory, need_id, state=state)
    appears(factory, result_id)
    drain()
    assert alerted(factory, people) == {}


def test_what_is_paused_before_the_worker_comes_tells_nobody(
    factory: UnitOfWorkFactory, people: People, runtime: Runtime, drain: Drain
) -> None:
    result_id = make_result(factory, people)
    make_need(factory, people)
    index_everything(factory)
    appears(factory, result_id)
    while not _waits_for(runtime, "alerts.look"):
        runtime.worker.step()
    changes(factory, result_id, state=ResultState.PAUSED)
    drain()
    assert alerted(factory, people) == {}


def _waits_for(runtime: Runtime, handler: str) -> bool:
    with runtime.factory.reading() as uow:
        return handler in set(uow.session.scalars(select(OutboxRow.handler)))
