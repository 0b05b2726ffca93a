"""A company publishes a need, perhaps without its name; claims and reviews over the web."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import make_need, make_result
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]
TICKS = {f"check_{code}": "y" for code in ("real", "figures", "secrets", "words")}


def form(people: People, **changes: object) -> dict[str, object]:
    return {
        "title": "储罐<b>变形</b>",
        "description": "【现状】\n焊后变形大",
        "indicators-0-name": "合格率",
        "indicators-0-value": "<2%",
        "indicators-1-name": "",
        "budget_min_fen": "6万",
        "budget_max_fen": "150,000",
        "deadline": "2027-01-31",
        "industry": "chemical",
        "county": "shouguang",
        "ways": ["licence"],
        "anonymous": "y",
        "party_id": str(people.buyer_party),
        **changes,
    }


def test_an_anonymous_need_from_the_form_to_the_catalogue(browse: Browse, client: FlaskClient, people: People) -> None:
    company = browse(people.company)
    assert company.post("/needs").location == "/needs/1/edit"
    assert company.post("/needs").location == "/needs/1/edit"
    assert company.get("/needs/1/edit").status_code == 200
    assert company.post("/needs/1/edit", data=form(people)).location == "/needs/1/preview"
    assert "edit#" not in company.get("/needs/1/preview").text
    assert company.post("/needs/1/submit").location == "/needs/1"
    assert company.post("/needs/1/submit").status_code == 409
    official = browse(people.city_official)
    assert official.post("/review/1", data={"decision": "approve", **TICKS}).status_code == 303
    for reader in (client, browse(people.worker), browse(people.stranger)):
        page = reader.get("/needs/1").text
        assert "储罐&lt;b&gt;变形&lt;/b&gt;" in page
        assert "寿光蓝海化工" not in page
        assert "/interests/new?need=1&amp;origin=page" in page
    own = company.get("/needs/1").text
    assert "寿光蓝海化工" in own
    assert "/needs/1/matches" in own
    assert "/interests/new" not in own


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "长" * 121),
        ("budget_max_fen", "很多"),
        ("budget_max_fen", "1"),
        ("deadline", "明天"),
        ("party_id", "9999"),
        ("industry", "alchemy"),
        ("indicators-0-name", "长" * 121),
    ],
)
def test_what_was_typed_stays_in_a_refused_form(browse: Browse, people: People, field: str, value: str) -> None:
    company = browse(people.company)
    company.post("/needs")
    answer = company.post("/needs/1/edit", data=form(people, **{field: value}))
    assert (answer.status_code, "field-error" in answer.text, "焊后变形大" in answer.text) == (200, True, True)


def test_an_incomplete_draft_is_kept(browse: Browse, people: People) -> None:
    company = browse(people.company)
    company.post("/needs")
    assert company.post("/needs/1/autosave", data={"title": "半", "party_id": str(people.buyer_party)}).json == {
        "seen": 2
    }
    assert company.post("/needs/1/autosave", data={"budget_max_fen": "很多"}).status_code == 422
    assert "半" in company.get("/needs/1/edit").text
    assert browse(people.worker).post("/needs/1/autosave", data={"title": "别人"}).status_code == 404


@pytest.mark.parametrize("state", ["review", "published", "solved"])
def test_going_back_after_handing_in_leads_to_the_page(
    browse: Browse, factory: UnitOfWorkFactory, people: People, state: str
) -> None:
    need_id = make_need(factory, people, state=state)
    answer = browse(people.company).get(f"/needs/{need_id}/preview")
    assert (answer.status_code, answer.location) == (303, f"/needs/{need_id}")
    assert browse(people.company).get(answer.location).status_code == 200
    seen = browse(people.stranger).get(f"/needs/{need_id}/preview").status_code
    assert seen == (303 if state == "published" else 404)


def test_a_company_ends_its_need(
    browse: Browse, client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    need_id = make_need(factory, people)
    company = browse(people.company)
    refused = company.post(f"/needs/{need_id}/actions/close_unsolved", data={"close_unsolved-reason": " "})
    assert (refused.status_code, 'id="close_unsolved-reason-error"' in refused.text) == (200, True)
    assert client.get(f"/needs/{need_id}").status_code == 200
    company.post(f"/needs/{need_id}/actions/close_unsolved", data={"close_unsolved-reason": "没有找到"})
    assert client.get(f"/needs/{need_id}").status_code == 404
    assert "没有找到" in company.get(f"/needs/{need_id}").text
    assert "大型储罐" in company.get("/needs/mine").text


def test_a_change_of_a_need(browse: Browse, client: FlaskClient, factory: UnitOfWorkFactory, people: People) -> None:
    need_id = make_need(factory, people)
    company = browse(people.company)
    assert company.get(f"/needs/{need_id}/revise").status_code == 200
    assert browse(people.worker).get(f"/needs/{need_id}/revise").status_code == 404
    assert company.post(f"/needs/{need_id}/revise", data=form(people)).status_code == 303
    assert "合格率" not in client.get(f"/needs/{need_id}").text
    official = browse(people.city_official)
    assert "合格率" in official.get(f"/review/{need_id}").text
    assert company.post(f"/needs/{need_id}/revise/withdraw").status_code == 303
    assert "合格率" not in official.get(f"/review/{need_id}").text


def test_a_review_is_for_the_official_in_charge(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    need_id = make_need(factory, people, state="review")
    for who in (people.worker, people.company, people.other_official, people.administrator):
        assert browse(who).get(f"/review/{need_id}").status_code == 404
    assert browse(people.city_official).get(f"/review/{need_id}").status_code == 200


def test_a_claim_over_the_web(browse: Browse, client: FlaskClient, factory: UnitOfWorkFactory, people: People) -> None:
    listing_id = make_result(factory, people, author_id=None, on_behalf=True, county=None, party_id=people.union_party)
    assert f"/listings/{listing_id}/claim" in client.get(f"/results/{listing_id}").text
    worker = browse(people.worker)
    assert worker.get(f"/listings/{listing_id}/claim").status_code == 200
    claim = {"party_id": str(people.seller_party), "note": "<i>专利</i>是我们的"}
    assert worker.post(f"/listings/{listing_id}/claim", data={**claim, "note": ""}).status_code == 200
    assert worker.post(f"/listings/{listing_id}/claim", data=claim).location == f"/results/{listing_id}"
    official = browse(people.city_official)
    assert "&lt;i&gt;专利&lt;/i&gt;" in official.get("/claims/1").text
    assert browse(people.county_official).get("/claims/1").status_code == 404
    assert official.post("/claims/1", data={"decision": "refuse"}).status_code == 200
    assert official.post("/claims/1", data={"decision": "approve"}).status_code == 303
    assert official.post("/claims/1", data={"decision": "approve"}).status_code in {404, 409}
    page = client.get(f"/results/{listing_id}").text
    assert "青州前程机械" in page
    assert "/claim" not in page
