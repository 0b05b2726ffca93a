"""The pages of the registry of bases."""

from collections.abc import Callable

from flask.testing import FlaskClient

from marketplace.kernel.permissions import Actor
from tests.personas import People

FIELDS = {
    "name": "王建国<b>创新</b>工作室",
    "kind": "studio",
    "level": "city",
    "county": "qingzhou",
    "leader": "王建国",
}


def test_an_official_registers_a_base_and_everybody_sees_it(
    browse: Callable[[Actor], FlaskClient], client: FlaskClient, people: People
) -> None:
    answer = browse(people.county_official).post("/bases/new", data=FIELDS)
    assert (answer.status_code, answer.location) == (303, "/bases")
    page = client.get("/bases").text
    assert "王建国&lt;b&gt;创新&lt;/b&gt;工作室" in page


def test_what_was_typed_stays_in_a_refused_form(browse: Callable[[Actor], FlaskClient], people: People) -> None:
    answer = browse(people.county_official).post("/bases/new", data={**FIELDS, "leader": ""})
    assert answer.status_code == 200
    assert "王建国&lt;b&gt;" in answer.text


def test_the_form_is_not_there_for_a_worker_and_asks_a_visitor_to_sign_in(
    browse: Callable[[Actor], FlaskClient], client: FlaskClient, people: People
) -> None:
    assert browse(people.worker).get("/bases/new").status_code == 404
    assert client.get("/bases/new").location == "/sign-in?next=/bases/new"
