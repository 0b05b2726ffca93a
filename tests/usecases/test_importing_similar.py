"""Rows that are nearly the same as a listing or as another row are named, and an official decides what becomes of them."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.listings import importing, importing_queries
from marketplace.listings.importing import STEP
from marketplace.listings.importing_queries import SimilarRow
from marketplace.listings.models import ImportRun, Listing
from marketplace.listings.rules import ListingKind
from marketplace.notifications.models import Notification
from marketplace.results.rules import Disclosure, ResultState
from tests.factories import make_need, make_result
from tests.personas import People
from tests.sheets import NEEDS, RESULTS, imported, outcome, sheet, store
from tests.usecases.test_matches import WHOLE

Drain = Callable[[], int]
UNIT = "青州前程机械有限公司"
TANK = ("储罐壁板自动焊接工装", UNIT, WHOLE)
TANK_AGAIN = ("储罐壁板自动焊接工装（二）", "另一家公司", WHOLE.replace("返修多", "返修率高"))
OTHER = ("苹果分级机软托", "新单位有限公司", "果子磕伤，用硅胶软托托住，分级机不停机更换。")


def similar(factory: UnitOfWorkFactory, run: ImportRun) -> list[SimilarRow]:
    with factory.reading() as uow:
        return importing_queries.similar_rows(uow.session, run)


def titles(factory: UnitOfWorkFactory) -> list[str]:
    with factory.reading() as uow:
        return sorted(uow.session.scalars(select(Listing.title)))


def test_a_row_like_a_listing_is_held_back_and_named(factory: UnitOfWorkFactory, people: People) -> None:
    here = make_result(factory, people, title="罐体焊接工装", summary=WHOLE)
    run = imported(factory, sheet(RESULTS, TANK, OTHER))
    assert (run.created, run.held, titles(factory)) == (1, 1, sorted(["罐体焊接工装", OTHER[0]]))
    (row,) = similar(factory, run)
    assert (row.row, row.title, row.unit, row.is_taken) == (2, TANK[0], UNIT, False)
    (near,) = row.near
    assert (near.listing_id, near.listing_title) == (here, "罐体焊接工装")
    assert 70 <= near.params["percent"] <= 100


def test_a_row_like_an_earlier_one_is_imported_and_named(factory: UnitOfWorkFactory) -> None:
    run = imported(factory, sheet(RESULTS, TANK, OTHER, TANK_AGAIN))
    assert (run.created, run.held) == (3, 0)
    (row,) = similar(factory, run)
    assert (row.row, row.is_taken, [near.params["row"] for near in row.near]) == (4, True, [2])


def test_a_trial_says_what_the_import_then_does(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, summary=WHOLE)
    content = sheet(RESULTS, TANK, OTHER, TANK_AGAIN)
    tried = imported(factory, content, dry_run=True)
    done = imported(factory, content)
    assert outcome(tried) == outcome(done) == {"created": 1, "incomplete": 0, "duplicates": 0, "refused": 0}
    assert tried.held == done.held == 2
    assert [row.near for row in similar(factory, tried)] == [row.near for row in similar(factory, done)]


def test_what_an_official_has_decided_counts(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, title="罐体焊接工装", summary=WHOLE)
    again = ("苹果分级机果托", *OTHER[1:])
    run = imported(factory, sheet(RESULTS, TANK, OTHER, again), choices={"2": True, "4": False})
    assert (run.created, run.held) == (2, 1)
    assert titles(factory) == sorted(["罐体焊接工装", TANK[0], OTHER[0]])
    assert {row.row: row.is_taken for row in similar(factory, run)} == {2: True, 4: False}


def test_what_was_held_back_is_imported_later(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    make_result(factory, people, summary=WHOLE)
    before = imported(factory, sheet(RESULTS, TANK, OTHER), actor=people.city_official)
    with factory.writing(people.city_official) as uow:
        run = importing.import_after(uow, uow.session.get_one(ImportRun, before.id), {"2": True})
    drain()
    with factory.reading() as uow:
        run = uow.session.get_one(ImportRun, run.id)
        assert (run.created, run.duplicates, run.held) == (1, 1, 0)
    assert TANK[0] in titles(factory)


def test_an_exact_repetition_stays_a_duplicate(factory: UnitOfWorkFactory) -> None:
    content = sheet(RESULTS, TANK, TANK_AGAIN)
    imported(factory, content)
    again = imported(factory, content)
    assert (again.duplicates, again.held, similar(factory, again)) == (2, 0, [])


def test_a_run_that_was_killed_goes_on_as_it_began(factory: UnitOfWorkFactory, drain: Drain) -> None:
    """What its first rows became is here by now, and must not hold back rows that are like them."""
    others = [(f"成果{number}", "新单位", f"内容{number}") for number in range(STEP)]
    killed = imported(factory, sheet(RESULTS, TANK, *others, TANK_AGAIN), steps=1)
    with factory.writing() as uow:
        importing.resume_abandoned(uow)
    drain()
    with factory.reading() as uow:
        run = uow.session.get_one(ImportRun, killed.id)
        assert (run.created, run.held) == (STEP + 2, 0)


@pytest.mark.parametrize(
    "hidden",
    [
        {"state": ResultState.DRAFT, "published_at": None, "summary": WHOLE},
        {"state": ResultState.WITHDRAWN, "summary": WHOLE},
        {"disclosure": Disclosure.NONE, "summary": "", "description": WHOLE},
    ],
)
def test_nothing_is_said_of_what_not_everybody_reads(
    factory: UnitOfWorkFactory, people: People, hidden: dict[str, Any]
) -> None:
    make_result(factory, people, **hidden)
    run = imported(factory, sheet(RESULTS, TANK), actor=people.city_official)
    assert (run.created, similar(factory, run)) == (1, [])


def test_without_a_text_the_titles_of_one_unit_tell(factory: UnitOfWorkFactory) -> None:
    imported(factory, sheet(RESULTS, ("变压器油箱自动焊接工装", UNIT, ""), ("显示面板", UNIT, "一段说明。")))
    content = sheet(
        RESULTS,
        ("变压器油箱自动焊装工装", UNIT, ""),
        ("变压器油箱自动焊装工装", "另一家公司", ""),
        ("显示面板二", UNIT, "完全不同的另一段说明文字，讲的是别的东西。"),
    )
    run = imported(factory, content)
    assert (run.created, run.held) == (2, 1)
    assert [(row.row, row.unit) for row in similar(factory, run)] == [(2, UNIT)]


def test_needs_are_compared_with_needs_and_who_is_unnamed_stays_so(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, summary=WHOLE)
    make_need(factory, people, title="储罐焊接变形", description="", anonymous=True)
    run = imported(factory, sheet(NEEDS, ("储罐焊接变形", WHOLE)), ListingKind.NEED)
    assert (run.created, similar(factory, run)) == (1, [])
    by_name = ("需求名称", "需求描述", "需求单位")
    run = imported(factory, sheet(by_name, ("储罐的焊接变形", "", "寿光蓝海化工有限公司")), ListingKind.NEED)
    assert (run.created, similar(factory, run)) == (1, [])


def test_a_list_whose_titles_were_changed_is_found_again(factory: UnitOfWorkFactory) -> None:
    """Characters changed, clauses in another order, full width: no row is published a second time."""
    chance = random.Random(7)
    signs = "焊装轴承油泵阀门齿轮刀具夹模电机缆传感器仪表锅炉管道涂料纤维橡胶塑料食品包装农药饲料苗圃泵站"

    def words(count: int) -> str:
        return "".join(chance.choice(signs) for _ in range(count))

    rows = [(words(12), f"单位{number % 9}", "，".join(words(9) for _ in range(8)) + "。") for number in range(60)]
    imported(factory, sheet(RESULTS, *rows))

    def changed(title: str, unit: str, text: str) -> tuple[str, str, str]:
        clauses = text.rstrip("。").split("，")
        chance.shuffle(clauses)
        return f"{title[:4]}新{title[5:]}１２", unit, "，".join(clauses)

    run = imported(factory, sheet(RESULTS, *(changed(*row) for row in rows)))
    assert (run.created, run.held) == (0, 60)
    strangers = [(words(12), f"单位{number % 9}", words(80)) for number in range(60)]
    assert imported(factory, sheet(RESULTS, *strangers)).created == 60


def test_the_worker_holds_back_too_and_says_so(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    make_result(factory, people, summary=WHOLE)
    sha256 = store(factory, sheet(RESULTS, TANK))
    with factory.writing(people.city_official) as uow:
        importing.request(uow, ListingKind.RESULT, sha256, "表.csv", dry_run=False)
    drain()
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Listing.id))) == 1
        assert uow.session.scalars(select(ImportRun.held)).one() == 1
        assert uow.session.scalars(select(Notification.params["held"].as_integer())).one() == 1
