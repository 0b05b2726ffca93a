"""Switching the language leads back to the page, and never to an address that only takes forms."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.kernel.permissions import Actor
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


@pytest.mark.parametrize("refused", ["/me/contacts/email", "/me/contacts/mobile?x=1"])
def test_a_page_that_answered_a_form_leads_to_the_start(browse: Browse, people: People, refused: str) -> None:
    client = browse(people.worker)
    answer = client.post("/locale", data={"locale": "en", "next": refused})
    assert (answer.status_code, answer.location) == (303, "/")


@pytest.mark.parametrize("page", ["/bases?county=qingzhou", "/me/contacts", "/nothing/here"])
def test_a_page_that_can_be_looked_at_is_returned_to(browse: Browse, people: People, page: str) -> None:
    assert browse(people.worker).post("/locale", data={"locale": "en", "next": page}).location == page
