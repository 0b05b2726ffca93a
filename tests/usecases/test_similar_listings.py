"""Similar listings are named to the author and the reviewer, and to nobody what he may not see."""

from typing import Any

import pytest

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.kinds import kind_of
from marketplace.listings.similar import SHOWN, Similar, similar_to
from marketplace.needs import views as needs
from marketplace.needs.models import Need
from marketplace.needs.rules import NeedState
from marketplace.results import views as results
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure, ResultState
from tests.factories import make_need, make_result
from tests.personas import People
from tests.usecases.test_matches import WHOLE, index_everything

KINDS = (results.RESULT, needs.NEED)
DRAFT: dict[str, Any] = {"state": ResultState.DRAFT, "published_at": None, "submitted_at": None}
IN_REVIEW: dict[str, Any] = {"state": ResultState.COUNTY_REVIEW, "published_at": None}


def similar(factory: UnitOfWorkFactory, actor: Actor, model: type[Result] | type[Need], id_: int) -> list[Similar]:
    with factory.reading(actor) as uow:
        listing = uow.session.get_one(model, id_)
        return list(similar_to(uow, kind_of(listing), listing))


def ids(found: list[Similar]) -> list[int]:
    return [one.listing.id for one in found]


def test_a_text_handed_in_twice_by_its_author_is_named_his_own(factory: UnitOfWorkFactory, people: People) -> None:
    published = make_result(factory, people, problem=WHOLE)
    waiting = make_result(factory, people, problem=WHOLE, **IN_REVIEW)
    draft = make_result(factory, people, problem=WHOLE[20:], **DRAFT)
    index_everything(factory)
    found = similar(factory, people.worker, Result, draft)
    assert set(ids(found)) == {published, waiting}
    assert all(one.is_own and one.is_nearly_same and one.words for one in found)
    assert {one.is_shown for one in found} == {True, False}


def test_drafts_and_reviews_of_others_are_never_named(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, problem=WHOLE, **DRAFT)
    make_result(factory, people, problem=WHOLE, **IN_REVIEW)
    draft = make_result(factory, people, people.stranger, problem=WHOLE, party_id=people.stranger_party, **DRAFT)
    index_everything(factory)
    assert similar(factory, people.stranger, Result, draft) == []


def test_a_colleagues_draft_is_not_named(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, people.colleague, problem=WHOLE, **DRAFT)
    draft = make_result(factory, people, problem=WHOLE, **DRAFT)
    assert similar(factory, people.worker, Result, draft) == []


def test_the_official_sees_what_else_is_in_review(factory: UnitOfWorkFactory, people: People) -> None:
    first = make_result(factory, people, problem=WHOLE, **IN_REVIEW)
    second = make_result(factory, people, people.colleague, problem=WHOLE, **IN_REVIEW)
    elsewhere = make_result(factory, people, problem=WHOLE, county="gaomi", **IN_REVIEW)
    make_result(factory, people, people.colleague, problem=WHOLE, **DRAFT)
    assert ids(similar(factory, people.county_official, Result, second)) == [first]
    assert set(ids(similar(factory, people.city_official, Result, second))) == {first, elsewhere}


def test_a_hidden_description_cannot_be_found_out(factory: UnitOfWorkFactory, people: People) -> None:
    hidden = make_result(
        factory, people, title="油箱工装", problem="变形大", summary="", description=WHOLE, disclosure=Disclosure.NONE
    )
    draft = make_result(
        factory, people, people.stranger, title="猜", problem=WHOLE, party_id=people.stranger_party, **DRAFT
    )
    index_everything(factory)
    assert similar(factory, people.stranger, Result, draft) == []
    assert ids(similar(factory, people.city_official, Result, draft)) == [hidden]
    again = make_result(factory, people, title="油箱工装", problem="变形大", description=WHOLE, summary="", **DRAFT)
    assert ids(similar(factory, people.worker, Result, again)) == [hidden]


def test_who_asks_anonymously_stays_unnamed(factory: UnitOfWorkFactory, people: People) -> None:
    need = make_need(factory, people, description=WHOLE, anonymous=True)
    draft = make_need(
        factory, people, people.stranger, description=WHOLE, party_id=people.stranger_party,
        state=NeedState.DRAFT, published_at=None, submitted_at=None,
    )  # fmt: skip
    index_everything(factory)
    (other,) = similar(factory, people.stranger, Need, draft)
    assert (other.listing.id, other.party, other.is_nearly_same) == (need, None, True)
    assert similar(factory, people.city_official, Need, draft)[0].party == "寿光蓝海化工有限公司"


def test_an_empty_draft_is_like_nothing(factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people)
    draft = make_result(
        factory, people, title="", problem="", description="", summary="", metric="", before="", after="", unit="",
        patent_number="", **DRAFT,
    )  # fmt: skip
    index_everything(factory)
    assert similar(factory, people.worker, Result, draft) == []


@pytest.mark.parametrize("state", [ResultState.WITHDRAWN, ResultState.EXPIRED])
def test_what_has_ended_is_left_out(factory: UnitOfWorkFactory, people: People, state: ResultState) -> None:
    make_result(factory, people, problem=WHOLE, state=state)
    draft = make_result(factory, people, problem=WHOLE, **DRAFT)
    assert similar(factory, people.worker, Result, draft) == []


def test_at_most_five_are_named_the_most_alike_first(factory: UnitOfWorkFactory, people: People) -> None:
    for cut in range(8):
        make_result(factory, people, problem=WHOLE[: len(WHOLE) - 20 * cut] + "另一种说法的句子" * cut)
    draft = make_result(factory, people, problem=WHOLE, **DRAFT)
    index_everything(factory)
    found = similar(factory, people.worker, Result, draft)
    assert len(found) == SHOWN
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)


def test_a_change_is_compared_as_it_would_read(factory: UnitOfWorkFactory, people: People) -> None:
    other = make_result(factory, people, problem=WHOLE)
    mine = make_result(
        factory, people, title="苹果分级机果托", problem="果子磕伤", summary="软托", description="分级机用的软托。"
    )
    index_everything(factory)
    with factory.reading(people.county_official) as uow:
        listing = uow.session.get_one(Result, mine)
        assert similar_to(uow, results.RESULT, listing) == ()
        changed = similar_to(uow, results.RESULT, listing, {"problem": WHOLE})
    assert [one.listing.id for one in changed] == [other]
