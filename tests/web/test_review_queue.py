"""The pages of officials: the queue, deals that do not move, interests nobody answers."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.matching.rules import InterestState
from marketplace.needs.rules import NeedState
from marketplace.results.rules import ResultState
from tests.factories import make_deal, make_interest, make_need, make_result
from tests.personas import People
from tests.world import NOW

Browse = Callable[[Actor], FlaskClient]
PAGES = ["/review", "/review/stalled", "/review/silent"]


def read(client: FlaskClient, url: str) -> str:
    with client.session_transaction() as session:
        session["locale"] = "en"
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize("url", PAGES)
def test_the_lists_are_for_officials(browse: Browse, client: FlaskClient, people: People, url: str) -> None:
    for actor in (people.worker, people.company_admin, people.administrator):
        assert browse(actor).get(url).status_code == 404
    assert client.get(url).location == f"/sign-in?next={url}"


@pytest.mark.parametrize("url", PAGES)
def test_an_empty_list_says_what_to_do(browse: Browse, people: People, url: str) -> None:
    assert 'class="empty"' in read(browse(people.county_official), url)


def test_the_queue_leads_to_the_page_where_it_is_decided(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    since = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
    result = make_result(factory, people, title="夹具<b>", state=ResultState.COUNTY_REVIEW, stage_since=since)
    client = browse(people.county_official)
    page = read(client, "/review")
    assert f'href="/review/{result}"' in page
    assert "夹具&lt;b&gt;" in page
    assert "9 days" in page
    assert "2 days overdue" in page
    assert client.get(f"/review/{result}").status_code == 200


def test_another_countys_official_sees_neither_the_line_nor_the_page(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    result = make_result(factory, people, state=ResultState.COUNTY_REVIEW)
    client = browse(people.other_official)
    assert f"/review/{result}" not in read(client, "/review?county=qingzhou")
    assert client.get(f"/review/{result}").status_code == 404


def test_the_queue_is_narrowed_by_its_address(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    result = make_result(factory, people, state=ResultState.COUNTY_REVIEW)
    need = make_need(factory, people, state=NeedState.REVIEW)
    client = browse(people.city_official)
    assert f'href="/review/{need}"' not in read(client, "/review?kind=result")
    assert f'href="/review/{result}"' not in read(client, "/review?county=shouguang")
    everything = read(client, "/review?kind=nonsense&county=nowhere&page=x")
    assert f'href="/review/{need}"' in everything
    assert f'href="/review/{result}"' in everything


def test_a_long_queue_has_pages(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    for minute in range(51):
        since = NOW - timedelta(days=3, minutes=minute)
        make_result(factory, people, title=f"第{minute}项", state=ResultState.COUNTY_REVIEW, stage_since=since)
    client = browse(people.city_official)
    first, second = read(client, "/review"), read(client, "/review?page=2")
    assert "51 found" in first
    assert "第50项" in first
    assert "第0项" not in first
    assert "第0项" in second


def test_a_stalled_deal_names_who_owes_the_next_step(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    deal = make_deal(factory, people)
    with factory.writing() as uow:
        uow.session.get_one(Deal, deal).moved_at = NOW - timedelta(days=40)
    client = browse(people.county_official)
    page = read(client, "/review/stalled")
    assert f'href="/deals/{deal}"' in page
    assert "Make an offer" in page
    assert "青州前程机械有限公司" in page
    assert "40 days" in page
    assert "30 days allowed" in page
    assert "11 Oct 2026" in page
    assert client.get(f"/deals/{deal}").status_code == 200
    assert f'href="/deals/{deal}"' not in read(browse(people.other_official), "/review/stalled")


def test_a_silent_party_is_named(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    interest = make_interest(factory, people, state=InterestState.DELIVERED, due_on=date(2026, 11, 23))
    client = browse(people.county_official)
    page = read(client, "/review/silent")
    assert f'href="/interests/{interest}"' in page
    assert "青州前程机械有限公司" in page
    assert client.get(f"/interests/{interest}").status_code == 200
    assert f'href="/interests/{interest}"' not in read(browse(people.other_official), "/review/silent")
