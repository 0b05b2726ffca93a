"""Words near in meaning stand beside a match as such, not as words in common, in both languages and in what was kept."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import make_need, make_result
from tests.personas import People
from tests.usecases.test_matches import index_everything
from tests.usecases.test_shared_meaning import KIN, NEED, teach

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def pair(factory: UnitOfWorkFactory, people: People) -> tuple[int, int]:
    """A result and a need that share no word that says something."""
    ids = make_result(factory, people, **KIN), make_need(factory, people, **NEED)
    index_everything(factory)
    teach(factory)
    return ids


def test_the_list_marks_them_as_meaning_in_both_languages(
    browse: Browse, people: People, pair: tuple[int, int]
) -> None:
    client = browse(people.company)
    page = client.get(f"/needs/{pair[1]}/matches").text
    assert "没有关键的相同词，但意思相关" in page
    assert "匹配理由" not in page
    assert "防锈" in page
    assert "<mark>" not in page
    client.post("/locale", data={"locale": "en", "next": "/"})
    assert "No telling word in common, but near in meaning" in client.get(f"/needs/{pair[1]}/matches").text


def test_beside_words_in_common_both_are_named(
    browse: Browse, people: People, factory: UnitOfWorkFactory, pair: tuple[int, int]
) -> None:
    other = make_result(factory, people, **{**KIN, "title": "储罐锅具耐蚀"})
    need = make_need(factory, people, title="铁锅防锈", description="储罐。")
    index_everything(factory)
    client = browse(people.company)
    for address in (f"/needs/{need}/matches", f"/needs/{need}/compare?with={other}&with={pair[0]}"):
        page = client.get(address).text
        assert "<mark>储罐</mark>" in page
        assert page.index("匹配理由") < page.index("意思相关") < page.index("≈")


def test_what_was_kept_shows_them_to_whoever_put_the_match_away(
    browse: Browse, people: People, factory: UnitOfWorkFactory, pair: tuple[int, int]
) -> None:
    client = browse(people.company)
    address = f"/matches/{pair[0]}/{pair[1]}/dismiss?side=need"
    assert client.post(address, data={"reason": "topic", "note": ""}).status_code == 303
    factory.services.meanings.path.unlink()
    page = client.get(f"/needs/{pair[1]}/matches").text
    assert "没有关键的相同词，但意思相关" in page
    assert "防锈" in page


def test_a_visitor_and_the_other_side_read_none_of_it(browse: Browse, people: People, pair: tuple[int, int]) -> None:
    assert browse(people.stranger).get(f"/needs/{pair[1]}/matches").status_code == 404
    assert browse(people.worker).get(f"/needs/{pair[1]}/matches").status_code == 404
