"""What whoever runs the service reads of online payments."""

import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.settings import Settings
from tests.cli.conftest import Run
from tests.factories import make_signed
from tests.online import connect, first_line, pay_online, taking
from tests.paying import BY_PLAN
from tests.personas import People
from tests.standin.server import Standin


@pytest.fixture
def settings(settings: Settings, standin: Standin) -> Settings:
    return taking(settings, standin)


def test_a_comparison_names_the_difference_takes_it_in_and_agrees_the_next_time(
    run: Run,
    factory: UnitOfWorkFactory,
    people: People,
    seller_admin: Actor,
    browse: Callable[[Actor], FlaskClient],
    standin: Standin,
    drain: Callable[[], int],
) -> None:
    connect(factory, seller_admin, people.seller_id)
    drain()
    line = first_line(factory, make_signed(factory, people, BY_PLAN))
    standin.books.pay(pay_online(browse(people.company), line))
    first = run("payments", "reconcile", "--json")
    found = json.loads(first.output)
    assert (first.exit_code, found["payments"], found["fetched"]) == (1, 1, 1)
    assert found["differences"][0]["processor_fen"] == 5_400_000
    drain()
    second = run("payments", "reconcile")
    assert (second.exit_code, second.output) == (0, "agreed: 1 payments, 0 events fetched\n")
