"""The desk of figures as an official uses it."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from flask.testing import FlaskClient

from marketplace.kernel.permissions import Actor
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


@pytest.mark.parametrize(
    "url",
    [
        "/desk",
        "/desk?figure=A0",
        "/desk?figure=C5",
        "/desk/organisation?figure=A4",
        "/desk/rows?seller=-",
        "/desk?from=2025-01-01&to=2026-12-31",
    ],
)
def test_an_official_opens_the_desk_before_anything_was_signed(browse: Browse, people: People, url: str) -> None:
    assert browse(people.city_official).get(url).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "/desk?figure=A9",
        "/desk?from=yesterday",
        "/desk?from=2026-02-01&to=2026-01-01",
        "/desk?from=2026-01-01&to=9999-01-01",
        "/desk/rows?industry=x",
        "/desk/rows?basis=x",
    ],
)
def test_nonsense_in_the_address_is_refused_clearly(browse: Browse, people: People, url: str) -> None:
    assert browse(people.city_official).get(url).status_code == 422


@pytest.mark.parametrize("url", ["/desk", "/desk/rows", "/desk/figures.xlsx"])
def test_the_desk_is_for_officials(browse: Browse, client: FlaskClient, people: People, url: str) -> None:
    assert browse(people.company).get(url).status_code == 404
    assert client.get(url).status_code == 303


def test_the_workbook_names_figure_period_and_county_lines(browse: Browse, people: People) -> None:
    with browse(people.city_official).get("/desk/figures.xlsx?from=2026-01-01&to=2026-03-31") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    about = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows(min_row=2)}
    assert "2026-01-01 – 2026-03-31" in about.values()
    months = [row[0].value for row in book.worksheets[2].iter_rows(min_row=2)]
    assert months[:3] == ["2026-01", "2026-02", "2026-03"]
