"""Photos of a published result are changed: proposed, looked at side by side, approved or returned."""

from collections.abc import Callable

from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import make_result
from tests.personas import People
from tests.web.test_result_pages import HOW, WHAT, picture

Browse = Callable[[Actor], FlaskClient]


def test_photos_are_changed_in_review(
    browse: Browse, client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    result_id = make_result(factory, people)
    worker, official = browse(people.worker), browse(people.county_official)
    ticks = {f"check_{code}": "y" for code in ("real", "owner", "secrets", "people", "words")}

    def propose(**changed: object) -> None:
        form = {**WHAT, **HOW, "county": "qingzhou", "disclosure": "patent_filed", "summary": "新摘要"}
        form |= {"patent_number": "202610012345.6", "patent_filed_on": "2026-01-15"}
        assert worker.post(f"/results/{result_id}/revise", data={**form, **changed}).status_code == 303

    def decide(decision: str) -> None:
        data = {"decision": decision, "reason": "理由", **ticks}
        assert official.post(f"/review/{result_id}", data=data).status_code == 303

    propose(photos=[(picture(), "旧.png")])
    new = "/photos/1/small"
    assert client.get(new).status_code == browse(people.stranger).get(new).status_code == 404
    assert [one.get(new, buffered=True).status_code for one in (worker, official)] == [200, 200]
    assert new not in client.get(f"/results/{result_id}").text
    assert new in official.get(f"/review/{result_id}").text
    decide("approve")
    assert client.get(new, buffered=True).status_code == 200
    assert new in client.get(f"/results/{result_id}").text
    assert new in worker.get(f"/results/{result_id}/revise").text
    propose(photos=[(picture(40), "新.png")], photos_off=["1"])
    review = official.get(f"/review/{result_id}").text
    assert "将撤下" in review
    assert "/photos/2/small" in review
    decide("return")
    assert new in client.get(f"/results/{result_id}").text
    assert worker.get("/photos/2/small").status_code == 404
