"""Where similar listings appear: beside the form, on the preview, and before the reviewer. They hold nobody up."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import make_need, make_result
from tests.personas import People
from tests.usecases.test_matches import WHOLE, index_everything
from tests.usecases.test_similar_listings import DRAFT, IN_REVIEW

Browse = Callable[[Actor], FlaskClient]
EVIL = "<b>工装</b>"
SAME = "几乎相同"


@pytest.fixture
def draft(factory: UnitOfWorkFactory, people: People) -> int:
    """A draft of the worker; a published result of the third firm has the same text."""
    make_result(factory, people, people.stranger, title=f"焊接{EVIL}", problem=WHOLE, party_id=people.stranger_party)
    index_everything(factory)
    return make_result(factory, people, problem=WHOLE, **DRAFT)


def test_the_form_fetches_what_is_like_the_saved_draft(browse: Browse, people: People, draft: int) -> None:
    worker = browse(people.worker)
    assert f'data-similar="/results/{draft}/similar"' in worker.get(f"/results/{draft}/edit").text
    piece = worker.get(f"/results/{draft}/similar").text
    assert SAME in piece
    assert "诸城远山纺织有限公司" in piece
    assert "/results/1" in piece
    assert "<html" not in piece
    assert EVIL not in piece


def test_without_script_the_preview_shows_it_and_lets_on(browse: Browse, people: People, draft: int) -> None:
    worker = browse(people.worker)
    preview = worker.get(f"/results/{draft}/preview").text
    assert SAME in preview
    assert worker.get(f"/results/{draft}/edit/2").status_code == 200


@pytest.mark.parametrize("who", ["stranger", "colleague", "seller_contact", "city_official", "administrator"])
def test_nobody_asks_about_the_draft_of_another(browse: Browse, people: People, draft: int, who: str) -> None:
    assert browse(getattr(people, who)).get(f"/results/{draft}/similar").status_code == 404


def test_a_visitor_and_a_published_listing_have_no_such_piece(
    browse: Browse, client: FlaskClient, people: People, factory: UnitOfWorkFactory, draft: int
) -> None:
    assert client.get(f"/results/{draft}/similar").status_code == 303
    own = make_result(factory, people)
    assert browse(people.worker).get(f"/results/{own}/similar").status_code == 409
    assert 'data-similar=""' not in browse(people.worker).get(f"/results/{own}/revise").text


def test_the_reviewer_sees_it_with_a_way_to_the_other_review(
    browse: Browse, people: People, factory: UnitOfWorkFactory
) -> None:
    first, second = (make_result(factory, people, problem=WHOLE, **IN_REVIEW) for _ in range(2))
    page = browse(people.county_official).get(f"/review/{second}").text
    assert SAME in page
    assert f'href="/review/{first}"' in page


def test_needs_have_it_too(browse: Browse, people: People, factory: UnitOfWorkFactory) -> None:
    make_need(factory, people, people.stranger, description=WHOLE, anonymous=True, party_id=people.stranger_party)
    index_everything(factory)
    draft = make_need(
        factory, people, description=WHOLE, state="draft", published_at=None, submitted_at=None, title=EVIL
    )
    company = browse(people.company)
    assert f'data-similar="/needs/{draft}/similar"' in company.get(f"/needs/{draft}/edit").text
    piece = company.get(f"/needs/{draft}/similar").text
    assert SAME in piece
    assert "诸城远山纺织有限公司" not in piece
