"""Addresses and forms that no page of ours makes are answered calmly, whatever database lies below."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.kernel.permissions import Actor
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]
TOO_LARGE = (2**31, 99999999999999999999, "9" * 5000)


@pytest.mark.parametrize("number", TOO_LARGE, ids=["one too many", "twenty digits", "very long"])
@pytest.mark.parametrize(
    "path",
    [
        "/results/{}",
        "/needs/{}",
        "/organisations/{}",
        "/photos/{}/small",
        "/deals/{}",
        "/documents/{}",
        "/api/v1/results/{}",
    ],
)
def test_an_id_beyond_every_row_is_not_there(browse: Browse, people: People, path: str, number: object) -> None:
    answer = browse(people.company).get(path.format(number))
    assert answer.status_code == 404
    assert answer.mimetype == ("application/problem+json" if path.startswith("/api") else "text/html")


@pytest.mark.parametrize("argument", ["result", "need"])
@pytest.mark.parametrize("number", [2**31, -(2**40), 99999999999999999999])
def test_an_interest_in_an_id_beyond_every_row_is_not_there(
    browse: Browse, people: People, argument: str, number: int
) -> None:
    assert browse(people.company).get(f"/interests/new?{argument}={number}").status_code == 404


@pytest.mark.parametrize("path", ["/organisations?q=%00", "/bases?county=a%00", "/results?q=%00", "/?%00=1", "/a%00b"])
def test_a_nul_in_an_address_is_refused(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")


def test_a_nul_in_an_address_of_the_api_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/api/v1/results?q=%00")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_a_nul_in_a_form_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"contact": "a\0@b.cn", "password": "whatever it is"})
    assert answer.status_code == 400
