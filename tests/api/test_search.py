"""Search and single listings as JSON."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.results.rules import Disclosure, ResultState
from marketplace.wiring import INDEXER
from tests.factories import make_need, make_result
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


def reconcile(factory: UnitOfWorkFactory) -> None:
    with factory.writing() as uow:
        INDEXER.reconcile(uow)


def test_the_index_lists_the_end_points(client: FlaskClient) -> None:
    for url in ("/api/v1", "/api/v1/"):
        answer = client.get(url).json
        assert answer
        assert answer["endpoints"]["results"] == "/api/v1/results"


def test_results_are_found_with_total_items_and_snippet(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    result_id = make_result(factory, people)
    make_result(factory, people, title="灌装", problem="", summary="瓶", metric="", description="", county=None)
    reconcile(factory)
    answer = client.get("/api/v1/results?q=变形&county=qingzhou").json
    assert answer
    assert (answer["total"], answer["page"], answer["pages"]) == (1, 1, 1)
    (item,) = answer["items"]
    assert (item["id"], item["url"], item["county"]) == (result_id, f"/results/{result_id}", "qingzhou")
    assert "变形" in item["snippet"]
    assert item["published_at"] == "2026-10-01T01:00:00+00:00"
    assert answer["facets"]["county"] == {"qingzhou": 1}


def test_needs_are_paged(client: FlaskClient, factory: UnitOfWorkFactory, people: People) -> None:
    for number in range(5):
        make_need(factory, people, title=f"储罐{number}")
    reconcile(factory)
    pages = [client.get(f"/api/v1/needs?q=储罐&size=2&page={number}").json for number in (1, 2, 3, 4)]
    assert [len(page["items"]) for page in pages if page] == [2, 2, 1, 0]
    assert all(page and page["total"] == 5 and page["pages"] == 3 for page in pages)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("county=nowhere", "county"),
        ("industry=magic", "industry"),
        ("sort=nonsense", "sort"),
        ("page=0", "page"),
        ("page=x", "page"),
        ("size=101", "size"),
        ("colour=red", "colour"),
        ("q=" + "长" * 201, "q"),
    ],
)
def test_a_wrong_parameter_is_named(client: FlaskClient, query: str, field: str) -> None:
    answer = client.get(f"/api/v1/results?{query}")
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert answer.json
    assert list(answer.json["fields"]) == [field]
    assert "%(" not in answer.text


def test_one_result_says_what_each_reader_may_do(
    client: FlaskClient, browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    url = f"/api/v1/results/{make_result(factory, people)}"

    def actions(browser: FlaskClient) -> list[str]:
        answer = browser.get(url).json
        assert answer
        return [one["action"] for one in answer["available_actions"]]

    assert actions(client) == actions(browse(people.stranger)) == []
    assert actions(browse(people.worker)) == ["confirm", "pause", "withdraw"]
    assert actions(browse(people.county_official)) == ["suspend"]


def test_how_it_works_is_told_to_insiders_until_a_patent_is_filed(
    client: FlaskClient, browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    secret = f"/api/v1/results/{make_result(factory, people, disclosure=Disclosure.TRADE_SECRET)}"
    filed = f"/api/v1/results/{make_result(factory, people, disclosure=Disclosure.PATENT_FILED)}"
    assert "气动夹具" not in str(client.get(secret).json)
    assert "气动夹具" not in str(browse(people.company).get(secret).json)
    assert "气动夹具" in str(browse(people.worker).get(secret).json)
    assert "气动夹具" in str(client.get(filed).json)


def test_an_anonymous_need_is_named_to_insiders_only(
    client: FlaskClient, browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    url = f"/api/v1/needs/{make_need(factory, people, anonymous=True)}"
    reconcile(factory)
    for outsider in (client, browse(people.worker), browse(people.other_official)):
        answer = outsider.get(url).json
        assert answer
        assert answer["unit"] is None
        assert "蓝海" not in str(answer)
    assert "蓝海" not in str(client.get("/api/v1/needs?q=储罐").json)
    assert "蓝海" in str(browse(people.company).get(url).json)


@pytest.mark.parametrize("who", [None, "stranger", "other_official", "administrator"])
def test_another_ones_draft_is_not_there(
    client: FlaskClient, browse: Browse, factory: UnitOfWorkFactory, people: People, who: str | None
) -> None:
    draft = make_result(factory, people, state=ResultState.DRAFT)
    answer = (browse(getattr(people, who)) if who else client).get(f"/api/v1/results/{draft}")
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def test_an_unknown_address_is_a_problem_too(client: FlaskClient) -> None:
    for url in ("/api/v1/results/999", "/api/v1/nothing"):
        answer = client.get(url)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_suggestions_go_on_from_what_was_typed_and_each_finds_something(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    make_result(factory, people, title="变压器油箱自动焊接工装")
    make_need(factory, people, title="储罐防腐", anonymous=True)
    reconcile(factory)
    for typed in ("变", "bianya", "byq", "變壓"):
        answer = client.get("/api/v1/suggestions", query_string={"kind": "result", "q": typed})
        found = answer.json["suggestions"] if answer.json else []
        assert "变压器" in [one["text"] for one in found], typed
        for one in found:
            page = client.get("/api/v1/results", query_string={"q": one["text"]}).json
            assert page
            assert page["total"]
            assert not page["relaxed"]
    units = client.get("/api/v1/suggestions?q=前程").json
    assert units == {"suggestions": [{"text": "青州前程机械有限公司", "what": "unit"}]}
    assert client.get("/api/v1/suggestions?kind=need&q=储").json != {"suggestions": []}


def test_suggestions_name_no_anonymous_unit_and_no_draft(
    client: FlaskClient, browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    make_need(factory, people, title="储罐防腐", anonymous=True)
    make_result(factory, people, title="量子雷达", state=ResultState.DRAFT)
    reconcile(factory)
    for browser in (client, browse(people.company), browse(people.worker)):
        for query in ("kind=need&q=蓝海", "kind=need&q=lanhai", "kind=result&q=量", "q=liangzi"):
            assert browser.get(f"/api/v1/suggestions?{query}").json == {"suggestions": []}


@pytest.mark.parametrize(("query", "field"), [("kind=deal&q=变", "kind"), ("q=" + "长" * 201, "q")])
def test_a_wrong_question_for_suggestions_is_named(client: FlaskClient, query: str, field: str) -> None:
    answer = client.get(f"/api/v1/suggestions?{query}")
    assert answer.status_code == 422
    assert answer.json
    assert list(answer.json["fields"]) == [field]


def test_the_answer_says_how_pinyin_was_read_and_what_may_have_been_meant(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    make_result(factory, people, title="变压器油箱自动焊接工装")
    reconcile(factory)
    said = client.get("/api/v1/results?q=bianyaqi").json
    assert said
    assert (said["total"], said["readings"], said["did_you_mean"]) == (1, {"bianyaqi": ["变压器"]}, None)
    slip = client.get("/api/v1/results?q=变压汽").json
    assert slip
    assert (slip["readings"], slip["did_you_mean"]) == ({}, "变压器")


def test_fields_and_exclusions_work_here_too(client: FlaskClient, factory: UnitOfWorkFactory, people: People) -> None:
    make_result(factory, people, title="变压器油箱自动焊接工装")
    reconcile(factory)
    totals = {
        typed: client.get("/api/v1/results", query_string={"q": typed}).json for typed in ("单位:前程", "焊接 -变压器")
    }
    assert [page and page["total"] for page in totals.values()] == [1, 0]
