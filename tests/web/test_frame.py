"""What holds for every page: headers, language, CSRF, errors, and a form that outlives its sign-in."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.kernel.permissions import Actor
from marketplace.web.access import check_every_route
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]
STUDIO = {"name": "王建国<i>工作室</i>", "kind": "studio", "level": "city", "county": "qingzhou", "leader": "王建国"}


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/", "/bases", "/nothing/here", "/api/v1/nothing"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_of_a_signed_in_person_are_not_stored(browse: Browse, client: FlaskClient, people: People) -> None:
    assert browse(people.worker).get("/bases").headers["Cache-Control"] == "no-store"
    assert "no-store" not in client.get("/bases").headers.get("Cache-Control", "")


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.post("/locale", data={"locale": "en", "next": "/bases"}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_pages_are_chinese_until_somebody_chooses_english(client: FlaskClient) -> None:
    assert '<html lang="zh-CN">' in client.get("/bases").text
    client.post("/locale", data={"locale": "en", "next": "/bases"})
    assert '<html lang="en">' in client.get("/bases").text


def test_what_is_not_there_says_so_as_a_page_and_as_problem_json(client: FlaskClient) -> None:
    page = client.get("/nothing/here")
    assert page.status_code == 404
    assert page.mimetype == "text/html"
    answer = client.get("/api/v1/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json is not None
    assert answer.json["status"] == 404


def test_a_form_without_its_token_is_refused_and_keeps_what_was_typed(
    app: Flask, browse: Browse, people: People
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = browse(people.county_official).post("/bases/new", data={**STUDIO, "csrf_token": "forged"})
    assert answer.status_code == 400
    assert "王建国&lt;i&gt;工作室&lt;/i&gt;" in answer.text
    assert "forged" not in answer.text


def test_an_expired_sign_in_in_the_middle_of_a_form_loses_nothing(client: FlaskClient, people: People) -> None:
    answer = client.post("/bases/new", data={**STUDIO, "password": "never shown"})
    assert answer.status_code == 401
    assert "王建国&lt;i&gt;工作室&lt;/i&gt;" in answer.text
    assert "never shown" not in answer.text
    assert 'action="/bases/new"' in answer.text


def test_more_bytes_than_the_limit_are_refused_before_they_are_read(app: Flask, browse: Browse, people: People) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = browse(people.county_official).post("/bases/new", data={**STUDIO, "sector": "x" * 2000})
    assert answer.status_code == 413


def test_what_is_too_large_leads_back_to_its_form(app: Flask, browse: Browse, people: People) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    official, large = browse(people.county_official), {"x": "x" * 2000}
    assert 'href="/imports">' in official.post("/imports", data=large).text
    came = official.post("/results/1/actions/pause", data=large, headers={"Referer": "http://localhost/results/1"})
    assert 'href="/results/1">' in came.text
    elsewhere = official.post("/results/1/actions/pause", data=large, headers={"Referer": "http://evil.example/"}).text
    assert "evil" not in elsewhere
    assert "返回表单" not in elsewhere


def test_an_unexpected_error_tells_nothing_of_the_inside(app: Flask, client: FlaskClient) -> None:
    def broken() -> str:
        raise RuntimeError("secret detail")

    app.view_functions["bases.catalogue"] = broken
    answer = client.get("/bases")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text


def test_a_route_that_does_not_say_who_may_call_it_stops_the_start(app: Flask) -> None:
    app.view_functions["silent"] = lambda: ""
    with pytest.raises(RuntimeError, match="silent"):
        check_every_route(app)


def test_a_method_a_page_does_not_know(client: FlaskClient) -> None:
    assert client.delete("/bases").status_code == 405


def test_a_visitor_cannot_send_as_much_as_an_author_with_his_photos(
    app: Flask, client: FlaskClient, browse: Browse, people: People
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    many = {"title": "x" * 2000}
    assert client.post("/results/1/edit", data=many).status_code == 413
    assert browse(people.worker).post("/results/1/edit", data=many).status_code == 404
