"""A worker publishes a result in three steps; others see what they may."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import Connection, event

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.models import Attachment
from marketplace.results import service
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure, OwnerConsent, ResultState
from marketplace.settings import Settings
from tests.factories import make_result
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]

WHAT = {
    "title": "<b>焊接</b>工装",
    "problem": "变形<script>alert(1)</script>",
    "before": "42",
    "after": "18",
    "unit": "分钟",
}
HOW = {"ways": ["licence", "service"], "maturity": "trial", "category": "invention", "industry": "other"}


def who(people: People, **changes: str) -> dict[str, str]:
    """Step 2 of a service result of the seller."""
    return {
        "contributors-0-name": "王建国",
        "contributors-0-user_id": str(people.worker.user_id),
        "contributors-1-name": "张三",
        "names_confirmed": "y",
        "made_in_job": "yes",
        "made_with_means": "no",
        "agreement": "no",
        "ownership": "",
        "party_id": str(people.seller_party),
        "disclosure": "none",
        "summary": "压紧焊接，减少变形。",
        "security_reviewed": "y",
        **changes,
    }


def picture(side: int = 60) -> BytesIO:
    content = BytesIO()
    Image.new("RGB", (side, side), "red").save(content, "JPEG")
    content.seek(0)
    return content


def test_three_steps_to_the_unit_and_on_to_the_catalogue(browse: Browse, client: FlaskClient, people: People) -> None:
    worker = browse(people.worker)
    first = worker.post("/results")
    assert (first.status_code, first.location) == (303, "/results/1/edit")
    assert worker.post("/results").location == "/results/1/edit"
    assert worker.get("/results/1/edit").status_code == 200
    assert worker.post("/results/1/edit/1", data={**WHAT, "go": "next"}).location == "/results/1/edit/2"
    assert worker.get("/results/1/edit/2").status_code == 200
    assert worker.post("/results/1/edit/2", data={**who(people), "go": "next"}).location == "/results/1/edit/3"
    assert worker.get("/results/1/edit/3").status_code == 200
    assert worker.post("/results/1/edit/3", data={**HOW, "county": "qingzhou"}).location == "/results/1/preview"
    preview = worker.get("/results/1/preview").text
    assert "&lt;b&gt;焊接&lt;/b&gt;" in preview
    assert "<script>alert" not in preview
    assert worker.post("/results/1/submit").location == "/results/1"
    assert client.get("/results/1").status_code == 404
    contact = browse(people.seller_contact)
    assert "actions/consent" in contact.get("/results/1").text
    assert contact.post("/results/1/actions/consent").status_code == 303
    official = browse(people.county_official)
    assert official.get("/review/1").status_code == 200
    unticked = official.post("/review/1", data={"decision": "approve"})
    assert unticked.status_code == 200
    ticks = {f"check_{code}": "y" for code in ("real", "owner", "secrets", "people", "words")}
    assert official.post("/review/1", data={"decision": "approve", **ticks}).status_code == 303
    page = client.get("/results/1").text
    assert "压紧焊接" in page
    assert "/interests/new?result=1&amp;origin=page" in page
    assert official.post("/review/1", data={"decision": "approve", **ticks}).status_code == 409


def test_the_preview_lists_everything_that_is_missing_with_its_place(browse: Browse, people: People) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    page = worker.get("/results/1/preview").text
    for place in ("edit/1#title", "edit/2#ownership", "edit/2#security_reviewed", "edit/3#ways"):
        assert place in page
    assert "/results/1/submit" not in page
    refused = worker.post("/results/1/submit")
    assert refused.location == "/results/1/preview"


def test_too_long_a_text_is_refused_and_stays_in_the_form(browse: Browse, people: People) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    answer = worker.post("/results/1/edit/1", data={**WHAT, "title": "长" * 121})
    assert answer.status_code == 200
    assert "长" * 121 in answer.text
    assert "120" in answer.text


def test_a_draft_is_saved_as_it_is_typed(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    saved = worker.post("/results/1/autosave/1", data={"title": "半", "seen": "1"})
    assert saved.json == {"seen": 2}
    assert worker.post("/results/1/autosave/1", data={"title": "长" * 121}).status_code == 422
    with factory.reading(people.worker) as uow:
        assert service.get(uow, 1).title == "半"
    assert browse(people.colleague).post("/results/1/autosave/1", data={"title": "别人"}).status_code == 404


def test_the_later_of_two_windows_wins_and_says_so(browse: Browse, people: People) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    worker.post("/results/1/edit/1", data={"title": "窗口一", "seen": "1"})
    second = worker.post(
        "/results/1/edit/1", data={"title": "窗口二", "seen": "1", "go": "save"}, follow_redirects=True
    )
    assert "窗口二" in second.text
    assert "notice-warning" in second.text
    third = worker.post(
        "/results/1/edit/1", data={"title": "窗口二，又改", "seen": "3", "go": "save"}, follow_redirects=True
    )
    assert "notice-warning" not in third.text


@pytest.mark.parametrize("field", ["made_in_job", "disclosure", "ownership", "party_id", "base_id"])
def test_a_value_that_was_never_offered_is_refused(browse: Browse, people: People, field: str) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    answer = worker.post("/results/1/edit/2", data=who(people, **{field: "999"}))
    assert (answer.status_code, "field-error" in answer.text) == (200, True)


def test_how_it_works_is_hidden_until_a_patent_is_filed(
    browse: Browse, client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    open_id = make_result(factory, people)
    closed_id = make_result(factory, people, disclosure=Disclosure.NONE, patent_number="", patent_filed_on=None)
    assert "分段退焊" in client.get(f"/results/{open_id}").text
    for reader in (client, browse(people.company), browse(people.other_official)):
        assert "分段退焊" not in reader.get(f"/results/{closed_id}").text
    for reader in (browse(people.worker), browse(people.seller_contact), browse(people.county_official)):
        assert "分段退焊" in reader.get(f"/results/{closed_id}").text


def test_photos_are_seen_by_those_who_see_the_listing_and_proofs_by_insiders(
    browse: Browse, client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    files = {"photos": (picture(900), "a/../照片.jpg"), "proofs": (BytesIO(b"%PDF-1.7 report"), "report.pdf")}
    assert worker.post("/results/1/edit/1", data={**WHAT, **files}).status_code == 303
    with factory.reading() as uow:
        photo, proof = uow.session.query(Attachment).order_by(Attachment.id)
        assert (photo.name, proof.name) == ("照片.jpg", "report.pdf")
    small, large = f"/photos/{photo.id}/small", f"/photos/{photo.id}/large"
    assert worker.get(small, buffered=True).mimetype == "image/jpeg"
    assert Image.open(BytesIO(worker.get(small, buffered=True).data)).size == (480, 480)
    assert (client.get(large).status_code, browse(people.colleague).get(large).status_code) == (404, 404)
    assert worker.get(f"/proofs/{proof.id}", buffered=True).headers["Content-Disposition"].startswith("attachment")
    with factory.writing() as uow:
        result = uow.session.get_one(Result, 1)
        result.state, result.published_at = ResultState.PUBLISHED, uow.now()
    assert client.get(large, buffered=True).status_code == 200
    assert browse(people.stranger).get(f"/proofs/{proof.id}").status_code == 404
    assert client.get(f"/photos/{proof.id}/large").status_code == 404
    assert worker.post(f"/attachments/{photo.id}/remove").status_code == 303
    assert worker.post(f"/attachments/{proof.id}/remove").status_code == 409


def test_photos_are_drawn_anew_before_anybody_has_to_wait_for_the_database(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    stored: list[int] = []

    def begins(connection: Connection) -> None:
        if connection.get_execution_options().get("writing"):
            stored.append(len(factory.services.files.stored()))

    event.listen(factory.engine, "begin", begins)
    assert worker.post("/results/1/edit/1", data={**WHAT, "photos": (picture(900), "照片.jpg")}).status_code == 303
    assert stored[-1] == 2  # The photo and its thumbnail lie there when the change begins.


def test_too_many_photos_are_refused_unseen(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    many = [(picture(90), f"{number}.jpg") for number in range(7)]
    answer = worker.post("/results/1/edit/1", data={**WHAT, "photos": many})
    assert (answer.status_code, "field-error" in answer.text) == (200, True)
    assert factory.services.files.stored() == []


def test_a_file_that_is_no_picture_is_refused_without_losing_the_text(browse: Browse, people: People) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    answer = worker.post(
        "/results/1/edit/1", data={**WHAT, "photos": (BytesIO(b"PK\x03\x04 not a photo"), "photo.jpg")}
    )
    assert (answer.status_code, "变形" in answer.text, "field-error" in answer.text) == (200, True, True)


def test_a_file_over_the_limit_is_refused_clearly(
    browse: Browse, settings: Settings, factory: UnitOfWorkFactory, people: People
) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    settings.upload_limit_mb = 0
    answer = worker.post("/results/1/edit/1", data={**WHAT, "proofs": (BytesIO(b"%PDF-1.7 report"), "report.pdf")})
    assert (answer.status_code, "变形" in answer.text, "field-error" in answer.text) == (200, True, True)
    with factory.reading() as uow:
        assert uow.session.query(Attachment).count() == 0


def test_buttons_follow_the_state_table(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    result_id = make_result(factory, people)
    worker = browse(people.worker)
    page = worker.get(f"/results/{result_id}").text
    assert f"/results/{result_id}/matches" in page
    assert "actions/pause" in page
    assert "actions/suspend" not in page
    assert worker.post(f"/results/{result_id}/actions/pause").status_code == 303
    assert worker.post(f"/results/{result_id}/actions/pause").status_code == 409
    assert worker.post(f"/results/{result_id}/actions/approve").status_code == 404
    official = browse(people.county_official)
    assert 'href="#suspend-reason"' in official.post(f"/results/{result_id}/actions/suspend").text
    with factory.reading() as uow:
        assert service.get(uow, result_id).status is ResultState.PAUSED
    official.post(f"/results/{result_id}/actions/suspend", data={"suspend-reason": "有人投诉"})
    assert "有人投诉" in worker.get(f"/results/{result_id}").text


def test_remarks_stand_beside_the_fields_when_it_comes_back(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    result_id = make_result(factory, people, state=ResultState.COUNTY_REVIEW, owner_consent=OwnerConsent.GIVEN)
    official = browse(people.county_official)
    empty = official.post(f"/review/{result_id}", data={"decision": "return"})
    assert empty.status_code == 200
    returned = official.post(f"/review/{result_id}", data={"decision": "return", "note_problem": "请写清返修率"})
    assert returned.status_code == 303
    form = browse(people.worker).get(f"/results/{result_id}/edit/1").text
    assert "请写清返修率" in form


def test_review_of_a_silent_unit_asks_for_the_reason(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    result_id = make_result(factory, people, state=ResultState.COUNTY_REVIEW, owner_consent=OwnerConsent.NOT_ASKED)
    official = browse(people.county_official)
    ticks = {f"check_{code}": "y" for code in ("real", "owner", "secrets", "people", "words")}
    assert official.post(f"/review/{result_id}", data={"decision": "approve", **ticks}).status_code == 200
    decided = official.post(f"/review/{result_id}", data={"decision": "approve", "reason": "单位两次未复", **ticks})
    assert decided.status_code == 303


def test_a_change_is_reviewed_while_the_old_text_stays(
    browse: Browse, client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    result_id = make_result(factory, people)
    worker, official = browse(people.worker), browse(people.county_official)
    assert worker.get(f"/results/{result_id}/edit").location == f"/results/{result_id}/revise"
    assert worker.get(f"/results/{result_id}/revise").status_code == 200
    changed = {
        **WHAT,
        **HOW,
        "county": "qingzhou",
        "problem": "新的问题",
        "description": "新的做法",
        "summary": "新摘要",
        "disclosure": "patent_filed",
        "patent_number": "202610012345.6",
        "patent_filed_on": "2026-01-15",
    }
    assert worker.post(f"/results/{result_id}/revise", data=changed).status_code == 303
    assert "新的问题" not in client.get(f"/results/{result_id}").text
    assert worker.post(f"/results/{result_id}/revise", data=changed).status_code == 409
    review = official.get(f"/review/{result_id}").text
    assert "新的问题" in review
    assert "note_patent_number" not in review
    ticks = {f"check_{code}": "y" for code in ("real", "owner", "secrets", "people", "words")}
    assert official.post(f"/review/{result_id}", data={"decision": "approve", **ticks}).status_code == 303
    assert "新的问题" in client.get(f"/results/{result_id}").text


def test_my_results_are_mine_alone(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    worker = browse(people.worker)
    assert "empty" in worker.get("/results/mine").text
    worker.post("/results")
    worker.post("/results/1/edit/1", data={"title": "我的草稿"})
    assert "我的草稿" in worker.get("/results/mine").text
    assert "我的草稿" not in browse(people.seller_contact).get("/results/mine").text
    assert worker.get("/results/1").status_code == 200


def test_a_visitor_is_asked_to_sign_in_first(client: FlaskClient) -> None:
    assert client.get("/results/mine").location == "/sign-in?next=/results/mine"
    assert client.post("/results").status_code == 303


def test_a_named_colleague_agrees_or_is_taken_off(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    worker, colleague = browse(people.worker), browse(people.colleague)
    worker.post("/results")
    with factory.reading() as uow:
        email = (
            uow.session.connection()
            .exec_driver_sql(f"SELECT email FROM users WHERE id = {people.colleague.user_id}")
            .scalar_one()
        )
    named = who(people, **{"contributors-1-name": "李秀英", "contributors-1-email": email})
    worker.post("/results/1/edit/2", data=named)
    assert "edit/2#contributors" in worker.get("/results/1/preview").text
    page = colleague.get("/results/1")
    assert (page.status_code, "/results/1/name" in page.text) == (200, True)
    assert colleague.get("/results/1/edit").status_code == 303
    assert colleague.post("/results/1/name", data={"agreed": "yes"}).location == "/results/1"
    assert "edit/2#contributors" not in worker.get("/results/1/preview").text
    assert colleague.post("/results/1/name", data={"agreed": "no"}).location == "/results/mine"
    assert colleague.get("/results/1").status_code == 404


def test_a_file_that_the_disk_has_lost_is_not_there(browse: Browse, people: People, settings: Settings) -> None:
    worker = browse(people.worker)
    worker.post("/results")
    files = {"photos": (picture(900), "照片.jpg"), "proofs": (BytesIO(b"%PDF-1.7 report"), "report.pdf")}
    worker.post("/results/1/edit/1", data={**WHAT, **files})
    addresses = ("/photos/1/small", "/photos/1/large", "/proofs/2")
    assert [worker.get(path, buffered=True).status_code for path in addresses] == [200, 200, 200]
    for path in settings.files_dir.glob("??/??/*"):
        path.unlink()
    assert [worker.get(path).status_code for path in addresses] == [404, 404, 404]
