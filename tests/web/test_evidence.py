"""The evidence of a deal in the browser: a link in the room, and a download for parties and officials."""

from collections.abc import Callable
from pathlib import Path

from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.evidence.packages import problem
from tests.factories import make_deal, make_signed
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]
Drain = Callable[[], int]


def test_a_party_takes_the_evidence_home(
    factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Drain, tmp_path: Path
) -> None:
    deal_id = make_signed(factory, people)
    drain()
    for actor in (people.company, people.county_official):
        client = browse(actor)
        assert f"/deals/{deal_id}/evidence.zip" in client.get(f"/deals/{deal_id}").text
        with client.get(f"/deals/{deal_id}/evidence.zip") as answer:
            assert (answer.status_code, answer.mimetype) == (200, "application/zip")
            assert f"evidence-{deal_id}.zip" in answer.headers["Content-Disposition"]
            assert problem(tmp_path, answer.data) == ""


def test_authors_outsiders_and_visitors_have_none(
    factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Drain, client: FlaskClient
) -> None:
    deal_id = make_signed(factory, people)
    drain()
    assert "evidence.zip" not in browse(people.worker).get(f"/deals/{deal_id}").text
    for actor in (people.worker, people.stranger, people.other_official):
        assert browse(actor).get(f"/deals/{deal_id}/evidence.zip").status_code == 404
    assert "/deals/" not in client.get(f"/deals/{deal_id}/evidence.zip").headers.get("Content-Disposition", "")
    assert client.get(f"/deals/{deal_id}/evidence.zip").status_code in {302, 303, 401}


def test_before_it_is_signed_there_is_no_link_and_the_address_says_why(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    deal_id = make_deal(factory, people)
    client = browse(people.company)
    assert "evidence.zip" not in client.get(f"/deals/{deal_id}").text
    assert client.get(f"/deals/{deal_id}/evidence.zip").status_code == 409
