"""However much waits, the home page and the lists ask the database the same number of questions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.matching.rules import InterestState
from marketplace.results.rules import ResultState
from tests.factories import make_deal, make_interest, make_need, make_result
from tests.personas import People
from tests.world import NOW

Browse = Callable[[Actor], FlaskClient]


@contextmanager
def counted(factory: UnitOfWorkFactory) -> Iterator[list[str]]:
    """The statements sent meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(factory.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(factory.engine, "before_cursor_execute", note)


def fill(factory: UnitOfWorkFactory, people: People, times: int) -> None:
    """Something of every kind that home and the lists show."""
    for _ in range(times):
        make_result(factory, people, state=ResultState.COUNTY_REVIEW)
        make_result(factory, people, state=ResultState.CHANGES_REQUESTED)
        make_need(factory, people)
        make_interest(factory, people, state=InterestState.DELIVERED, due_on=date(2026, 11, 23))
        deal = make_deal(factory, people)
        with factory.writing() as uow:
            uow.session.get_one(Deal, deal).moved_at = NOW - timedelta(days=40)


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("worker", "/"),
        ("seller_contact", "/"),
        ("company", "/"),
        ("county_official", "/"),
        ("city_official", "/review"),
        ("city_official", "/review/stalled"),
        ("city_official", "/review/silent"),
    ],
)
def test_the_number_of_statements_does_not_grow(
    browse: Browse, factory: UnitOfWorkFactory, people: People, who: str, url: str
) -> None:
    client = browse(getattr(people, who))
    fill(factory, people, 1)
    # The first visit reads the rows of figures, later ones what has moved since.
    assert client.get(url).status_code == 200
    fill(factory, people, 3)
    with counted(factory) as few:
        assert client.get(url).status_code == 200
    fill(factory, people, 47)
    with counted(factory) as many:
        assert client.get(url).status_code == 200
    assert len(many) == len(few)
    assert len(many) < 90
