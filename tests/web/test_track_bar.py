"""The track bar of a deal: a line is walked only between stops that are, and a stop says whose step is missing."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import lines_of, make_payment
from tests.paying import TODAY
from tests.personas import People
from tests.rewarding import calculate, licensed, the_reward

Browse = Callable[[Actor], FlaskClient]


def test_no_line_is_walked_from_a_stop_that_has_not_begun(
    factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Callable[[], int]
) -> None:
    deal_id = licensed(factory, people)
    make_payment(factory, people, lines_of(factory, deal_id)[0].id, 18_000_000, TODAY)
    drain()
    calculate(factory, people, the_reward(factory))
    page = browse(people.seller_contact).get(f"/deals/{deal_id}").text
    assert re.findall(r'<li class="track-([a-z -]+)"', page) == [
        "done",
        "done track-joined",
        "done track-joined",
        "current track-joined",
        "waiting",
        "current",
    ]
    named = f"{people.worker.name}、{people.colleague.name}"
    assert f"尚未确认自己的份额：{named}" in page
    assert named not in browse(people.company).get(f"/deals/{deal_id}").text
