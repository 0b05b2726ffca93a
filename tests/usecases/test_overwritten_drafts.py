"""Two windows on one draft: the last save wins, and what it replaced can be seen and taken back."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.listings import overwritten
from marketplace.listings.kinds import kind_of
from marketplace.listings.models import Listing, Overwritten
from marketplace.needs import service as needs
from marketplace.needs import views as need_pages
from marketplace.needs.rules import NeedState
from marketplace.results import service as results
from marketplace.results import views as result_pages
from marketplace.results.contributors import Person
from marketplace.results.models import Result
from tests.factories import make_need
from tests.personas import People
from tests.usecases.test_listing_changes import do, listing
from tests.usecases.test_results import at_once

KINDS = (result_pages.RESULT, need_pages.NEED)
"""Named, so that they have registered themselves."""
LONG = "用气动夹具分段压紧，焊枪沿导轨行走。"


@pytest.fixture
def draft(factory: UnitOfWorkFactory, people: People) -> int:
    made: Listing = do(factory, people.worker, results.create_draft)
    do(factory, people.worker, results.save_step, made.id, {"title": "焊接工装"})
    return made.id


def save(factory: UnitOfWorkFactory, people: People, draft: int, seen: int | None, **fields: Any) -> int:
    """One save from a window that shows the version `seen`; returns the version it shows next."""
    saved: Result = do(factory, people.worker, results.save_step, draft, fields, None, None, seen)
    return saved.version


def kept(factory: UnitOfWorkFactory, draft: int) -> list[tuple[str, Any]]:
    with factory.reading() as uow:
        return [(row.field, row.value) for row in overwritten.rows_of(uow.session, draft)]


def take_back(factory: UnitOfWorkFactory, people: People, draft: int) -> None:
    def take(uow: Any) -> None:
        row = overwritten.rows_of(uow.session, draft)[0]
        one = uow.session.get_one(Listing, draft)
        overwritten.take_back(uow, one, row.id, kind_of(one))

    do(factory, people.worker, take)


def test_what_another_window_wrote_is_kept_and_taken_back(
    factory: UnitOfWorkFactory, people: People, draft: int
) -> None:
    seen = listing(factory, draft).version
    save(factory, people, draft, seen, problem=LONG)
    save(factory, people, draft, seen, problem="变形大，返修多。")
    assert listing(factory, draft).problem == "变形大，返修多。"
    assert kept(factory, draft) == [("problem", LONG)]
    take_back(factory, people, draft)
    assert listing(factory, draft).problem == LONG
    assert kept(factory, draft) == [("problem", "变形大，返修多。")]


def test_one_window_alone_keeps_nothing(factory: UnitOfWorkFactory, people: People, draft: int) -> None:
    seen = save(factory, people, draft, listing(factory, draft).version, problem="第一稿")
    seen = save(factory, people, draft, seen, problem="另一稿")
    save(factory, people, draft, None, problem="接口写的")  # What shows no version is no window.
    assert kept(factory, draft) == []


def test_what_is_not_lost_is_not_kept(factory: UnitOfWorkFactory, people: People, draft: int) -> None:
    seen = listing(factory, draft).version
    save(factory, people, draft, seen, problem="变形大", summary="")
    save(factory, people, draft, seen, problem="变形大，返修多。", summary="摘要")
    assert kept(factory, draft) == []


def test_windows_that_save_in_turn_while_one_types_keep_the_longest_only(
    factory: UnitOfWorkFactory, people: People, draft: int
) -> None:
    seen = listing(factory, draft).version
    for end in range(3, len(LONG) + 1):
        save(factory, people, draft, seen, problem=LONG[:end])
        save(factory, people, draft, seen, problem="另一扇窗")
    assert kept(factory, draft) == [("problem", LONG)]


def test_not_more_than_so_many_are_kept(factory: UnitOfWorkFactory, people: People, draft: int) -> None:
    seen = listing(factory, draft).version
    for number in range(overwritten.KEPT + 5):
        save(factory, people, draft, seen, problem=f"第{number}稿。")
    assert len(kept(factory, draft)) == overwritten.KEPT


def test_days_amounts_and_people_come_back_too(factory: UnitOfWorkFactory, people: People, draft: int) -> None:
    seen = listing(factory, draft).version
    first = {"patent_filed_on": date(2026, 1, 20), "price_fen": 1_000_000}
    names = [Person(people.worker.name, user_id=people.worker.user_id), Person("李明")]
    do(factory, people.worker, results.save_step, draft, first, names, None, seen)
    second = {"patent_filed_on": date(2026, 2, 20), "price_fen": 2_000_000}
    do(factory, people.worker, results.save_step, draft, second, names[:1], None, seen)
    assert len(kept(factory, draft)) == 3
    for _ in range(3):
        with factory.writing(people.worker) as uow:
            row = overwritten.rows_of(uow.session, draft)[-1]
            one = uow.session.get_one(Listing, draft)
            overwritten.take_back(uow, one, row.id, kind_of(one))
    now = listing(factory, draft)
    assert (now.patent_filed_on, now.price_fen) == (date(2026, 1, 20), 1_000_000)
    with factory.reading() as uow:
        assert results.typed_in(uow, uow.session.get_one(Result, draft), "contributors").split("\n")[1] == "李明"


def test_of_two_saves_at_once_none_is_lost(factory: UnitOfWorkFactory, people: People, draft: int) -> None:
    seen, texts = listing(factory, draft).version, iter(["左窗写的一段", "右窗写的另一段"])
    at_once(lambda: save(factory, people, draft, seen, problem=next(texts)))
    found = {listing(factory, draft).problem, *(value for _, value in kept(factory, draft))}
    assert found == {"左窗写的一段", "右窗写的另一段"}


def test_needs_keep_them_too_and_forget_when_they_are_published(factory: UnitOfWorkFactory, people: People) -> None:
    need = make_need(factory, people, state=NeedState.DRAFT, published_at=None)
    seen = listing(factory, need).version
    for text in (LONG, "另一段很不一样的描述，足够说明问题。"):
        do(factory, people.company, needs.save_draft, need, {"description": text}, None, seen)
    assert kept(factory, need) == [("description", LONG)]
    do(factory, people.company, needs.submit, need)
    assert len(kept(factory, need)) == 1
    do(factory, people.city_official, needs.approve, need)
    with factory.reading() as uow:
        assert uow.session.scalar(select(func.count(Overwritten.id))) == 0


def test_only_in_a_draft_and_only_its_own(factory: UnitOfWorkFactory, people: People, draft: int) -> None:
    seen = listing(factory, draft).version
    for text in (LONG, "另一段"):
        save(factory, people, draft, seen, problem=text)
    other = make_need(factory, people)

    def take_wrong(uow: Any) -> None:
        row = overwritten.rows_of(uow.session, draft)[0]
        one = uow.session.get_one(Listing, other)
        overwritten.take_back(uow, one, row.id, kind_of(one))

    with pytest.raises(NotFound):
        do(factory, people.company, take_wrong)
    with factory.writing() as uow:
        uow.session.get_one(Listing, draft).state = "county_review"
    with pytest.raises(Conflict):
        take_back(factory, people, draft)
