"""A saved search tells of each new listing once, and finds what the page would find."""

from collections.abc import Callable, Mapping

import pytest

from marketplace.alerts import searches, service
from marketplace.alerts.models import SavedSearch
from marketplace.alerts.rules import SEARCHES, Frequency, Scope
from marketplace.alerts.targets import Target
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound
from marketplace.kernel.permissions import Actor
from marketplace.listings.rules import Industry, ListingKind
from marketplace.listings.search import Criteria, Reader
from marketplace.organisations.regions import load_region
from marketplace.web.context import Runtime
from tests.alerting import alerted, appears, changes, wants
from tests.crowd import run_at_once
from tests.factories import make_need, make_result
from tests.personas import People
from tests.sheets import RESULTS, imported, sheet
from tests.usecases.test_matches import index_everything

Drain = Callable[[], int]
FOUND = "Your saved search “焊接” has found: 变压器油箱自动焊接工装"


def asked(**arguments: str | list[str]) -> Criteria:
    """A search of the results."""
    return asked_of(ListingKind.RESULT, arguments)


def asked_of(kind: ListingKind, arguments: Mapping[str, str | list[str]]) -> Criteria:
    values = {name: [value] if isinstance(value, str) else value for name, value in arguments.items()}
    return Reader(kind, load_region("weifang").counties, strict=False).read(values)


def save(
    factory: UnitOfWorkFactory,
    who: Actor,
    criteria: Criteria,
    frequency: Frequency = Frequency.INSTANT,
    name: str = "焊接",
) -> int:
    with factory.writing(who) as uow:
        return searches.save(uow, criteria, name, frequency).id


def heard(factory: UnitOfWorkFactory, people: People) -> list[str]:
    """What the stranger, who has no listing of his own, was told."""
    return alerted(factory, people).get("stranger", [])


def test_each_new_listing_is_told_once_whatever_edits_follow(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    save(factory, people.stranger, asked(q="焊接"))
    result_id = make_result(factory, people)
    for number in range(5):
        appears(factory, result_id)
        changes(factory, result_id, summary=f"压紧焊接，第{number}版。")
        drain()
    assert heard(factory, people) == [FOUND]


def test_what_was_there_when_it_was_saved_is_no_news(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    result_id = make_result(factory, people)
    index_everything(factory)
    save(factory, people.stranger, asked(q="焊接"))
    changes(factory, result_id, summary="压紧焊接。")
    drain()
    assert heard(factory, people) == []


def test_an_edit_that_makes_it_match_is_told(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    result_id = make_result(factory, people)
    index_everything(factory)
    save(factory, people.stranger, asked(q="激光切割"))
    changes(factory, result_id, summary="也可用于激光切割。")
    drain()
    assert heard(factory, people) == [FOUND]


def test_of_a_search_that_finds_too_much_to_remember_only_later_publications_are_news(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searches, "KNOWN", 1)
    old = [make_result(factory, people) for _ in range(2)]
    index_everything(factory)
    save(factory, people.stranger, asked(q="焊接"))
    clock.forward(hours=1)
    changes(factory, old[0], summary="压紧焊接。")
    appears(factory, make_result(factory, people, published_at=clock.now()))
    drain()
    assert heard(factory, people) == [FOUND]


@pytest.mark.parametrize(
    ("arguments", "is_found"),
    [
        ({"q": "变压器 焊接"}, True),
        ({"q": "焊接 机器人"}, False),  # The page would show it only as what comes near.
        ({"industry": "machinery"}, True),
        ({"industry": "food"}, False),
        ({"q": "焊接", "county": ["qingzhou", "shouguang"], "way": "licence"}, True),
        ({"q": "焊接", "county": "shouguang"}, False),
    ],
)
def test_what_is_told_is_what_the_page_finds(
    factory: UnitOfWorkFactory, people: People, drain: Drain, arguments: dict[str, str | list[str]], is_found: bool
) -> None:
    save(factory, people.stranger, asked_of(ListingKind.RESULT, arguments))
    appears(factory, make_result(factory, people, industry=Industry.MACHINERY))
    drain()
    assert bool(heard(factory, people)) is is_found


def test_a_search_for_needs_finds_needs_alone(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    save(factory, people.stranger, asked_of(ListingKind.NEED, {"q": "焊接"}))
    appears(factory, make_result(factory, people))
    drain()
    assert heard(factory, people) == []
    appears(factory, make_need(factory, people, anonymous=True))
    drain()
    assert heard(factory, people) == ["Your saved search “焊接” has found: 大型储罐焊接变形控制"]


def test_nobody_hears_of_his_own_listings(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    for who in (people.worker, people.colleague, people.stranger):
        save(factory, who, asked(q="焊接"))
    appears(factory, make_result(factory, people))
    drain()
    assert set(alerted(factory, people)) == {"stranger"}


def test_a_saved_search_is_asked_for_and_goes_on_without_recommendations(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    save(factory, people.stranger, asked(q="焊接"))
    with factory.writing(people.stranger) as uow:
        service.choose(uow, Frequency.OFF, recommendations=False)
    appears(factory, make_result(factory, people))
    drain()
    assert heard(factory, people) == [FOUND]


@pytest.mark.parametrize("scope", [Scope.ALL, Scope.SEARCH, Scope.RESULT])
def test_what_is_muted_is_silent_and_can_be_heard_again(
    factory: UnitOfWorkFactory, people: People, drain: Drain, scope: Scope
) -> None:
    search_id = save(factory, people.stranger, asked(q="焊接"))
    result_id = make_result(factory, people)
    ids = {Scope.SEARCH: {"search_id": search_id}, Scope.RESULT: {"result_id": result_id}}.get(scope, {})
    target = Target(people.stranger.user_id or 0, scope, **ids)
    with factory.writing(people.stranger) as uow:
        service.mute(uow, target)
    appears(factory, result_id)
    drain()
    assert heard(factory, people) == []
    with factory.writing(people.stranger) as uow:
        service.unmute(uow, target)
    changes(factory, result_id, summary="压紧焊接。")
    drain()
    assert heard(factory, people) == [FOUND]


def test_a_search_has_its_own_frequency(
    factory: UnitOfWorkFactory, people: People, runtime: Runtime, drain: Drain, clock: SetClock
) -> None:
    wants(factory, people.stranger, Frequency.OFF)
    save(factory, people.stranger, asked(q="焊接"), Frequency.DAILY)
    save(factory, people.stranger, asked(q="变压器"), Frequency.OFF, name="变压器")
    appears(factory, make_result(factory, people))
    drain()
    assert heard(factory, people) == []
    for _day in range(2):
        clock.forward(days=1)
        runtime.worker.run_due_tasks()
        drain()
    assert heard(factory, people) == [FOUND]


def test_matches_and_finds_of_one_occasion_make_one_message(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    make_need(factory, people)
    index_everything(factory)
    save(factory, people.company, asked(q="焊接"))
    appears(factory, make_result(factory, people))
    drain()
    assert alerted(factory, people)["company"] == ["1 new matches, and 1 new finds of your saved searches"]


def test_an_import_makes_one_message(
    factory: UnitOfWorkFactory, people: People, runtime: Runtime, drain: Drain, clock: SetClock
) -> None:
    save(factory, people.stranger, asked(q="焊接"))
    imported(factory, sheet(RESULTS, *((f"焊接工装{number}号", "某厂", "焊接。") for number in range(30))))
    drain()
    assert heard(factory, people) == []
    clock.forward(minutes=2)
    runtime.worker.run_due_tasks()
    drain()
    assert heard(factory, people) == ["Your saved search “焊接” has found 30 new listings"]


def test_the_same_search_twice_is_one_even_at_the_same_moment(factory: UnitOfWorkFactory, people: People) -> None:
    run_at_once([lambda: _twice(factory, people.stranger, "甲"), lambda: _twice(factory, people.stranger, "乙")])
    with factory.reading() as uow:
        assert uow.session.query(SavedSearch).count() == 1


def _twice(factory: UnitOfWorkFactory, who: Actor, name: str) -> None:
    save(factory, who, asked(q="焊接", county=["shouguang", "qingzhou"]), name=name)
    save(factory, who, asked(q=" 焊接 ", county=["qingzhou", "shouguang"]), name=name)


def test_there_is_a_limit(factory: UnitOfWorkFactory, people: People) -> None:
    for number in range(SEARCHES):
        save(factory, people.stranger, asked(q=f"焊接{number}"))
    with pytest.raises(Conflict):
        save(factory, people.stranger, asked(q="再来一个"))
    save(factory, people.loner, asked(q="再来一个"))


@pytest.mark.parametrize(("arguments", "name"), [({}, "全部"), ({"q": "焊接"}, "  "), ({"q": "焊接"}, "长" * 81)])
def test_what_cannot_be_saved(
    factory: UnitOfWorkFactory, people: People, arguments: dict[str, str | list[str]], name: str
) -> None:
    with pytest.raises(InvalidInput):
        save(factory, people.stranger, asked_of(ListingKind.RESULT, arguments), name=name)


def test_it_is_changed_and_deleted_by_its_owner_alone(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    search_id = save(factory, people.stranger, asked(q="焊接"))
    appears(factory, make_result(factory, people))
    drain()
    for who in (people.loner, people.administrator, people.city_official):
        with pytest.raises(NotFound), factory.writing(who) as uow:
            searches.change(uow, search_id, "别人的", Frequency.OFF)
        with pytest.raises(NotFound), factory.writing(who) as uow:
            searches.delete_one(uow, search_id)
    with factory.writing(people.stranger) as uow:
        assert searches.change(uow, search_id, "焊接 工装", Frequency.WEEKLY).name == "焊接 工装"
        searches.delete_one(uow, search_id)
    with pytest.raises(NotFound), factory.writing(people.stranger) as uow:
        searches.own(uow, search_id)
