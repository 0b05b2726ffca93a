"""The home page, as each kind of person meets it. Read in English; today is Friday 20 November 2026 in China."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient

from marketplace.accounts.models import User
from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.rules import Category, ListingKind
from marketplace.matching.rules import InterestState
from marketplace.results.rules import ResultState
from marketplace.wiring import INDEXER
from tests.factories import make_deal, make_interest, make_need, make_result, make_signed
from tests.personas import People
from tests.world import NOW

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def rebuild(factory: UnitOfWorkFactory) -> Callable[[], None]:
    """Brings both indexes up to what is in the database."""

    def run() -> None:
        with factory.reading() as uow:
            for kind in ListingKind:
                INDEXER.rebuild(uow, kind, lambda _done, _total: None)

    return run


def home(client: FlaskClient) -> str:
    """The page's text without markup, in English."""
    with client.session_transaction() as session:
        session["locale"] = "en"
    answer = client.get("/")
    assert answer.status_code == 200
    main = answer.text.split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_a_visitor_finds_what_is_published_and_no_figure_of_money(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    make_signed(factory, people)
    make_result(factory, people, title="两个人也能换的模具", category=Category.TACKLING)
    hidden = {ResultState.DRAFT: "没写完的", ResultState.COUNTY_REVIEW: "还在审的", ResultState.SUSPENDED: "停掉的"}
    for state, title in hidden.items():
        make_result(factory, people, title=title, state=state)
    text = home(client)
    assert "两个人也能换的模具" in text
    assert not [title for title in hidden.values() if title in text]
    assert "Technical tackling 1" in text
    assert "Technical improvement 1" in text
    assert "All results 2" in text
    assert "¥" not in text


def test_the_counts_of_a_visitor_lead_into_the_catalogue(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    make_result(factory, people)
    page = client.get("/").text
    assert 'href="/results?category=improvement"' in page
    assert 'href="/results?industry=machinery"' in page


def test_the_six_newest_results_are_shown_newest_first(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People
) -> None:
    for day in range(1, 8):
        published = datetime(2026, 11, day, tzinfo=UTC)
        make_result(factory, people, title=f"第{day}天的成果", published_at=published)
    assert re.findall(r"第(\d)天的成果", home(client)) == ["7", "6", "5", "4", "3", "2"]


def test_only_example_searches_that_find_something_are_offered(
    client: FlaskClient, factory: UnitOfWorkFactory, people: People, rebuild: Callable[[], None]
) -> None:
    make_result(factory, people)
    assert "q=" not in client.get("/").text.split("<main", 1)[1].split("</main>")[0]
    rebuild()
    page = client.get("/").text
    assert "/results?q=%E5%8F%98%E5%8E%8B%E5%99%A8" in page
    assert "/results?q=%E7%84%8A%E6%8E%A5" in page
    assert "/results?q=%E5%A4%A7%E6%A3%9A" not in page, "nothing was published about greenhouses"


def test_an_empty_market_says_what_to_do(client: FlaskClient, people: People) -> None:
    assert "No result is published yet" in home(client)


def test_a_newcomer_is_shown_both_ways_in(browse: Browse, people: People) -> None:
    text = home(browse(people.loner))
    assert "I have a solution" in text
    assert "I have a problem" in text
    assert "What waits for you" not in text


def test_a_worker_sees_what_waits_with_the_days_left_and_where_his_results_stand(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    make_interest(factory, people, state=InterestState.DELIVERED, due_on=date(2026, 12, 2))
    make_result(factory, people, title="退回来的成果", state=ResultState.CHANGES_REQUESTED, stage_since=NOW)
    text = home(browse(people.worker))
    assert "Answer the interest in “变压器油箱自动焊接工装”" in text
    assert "8 working days left, until 2 Dec 2026" in text
    assert "Your result “退回来的成果” came back with remarks" in text
    assert "30 days left, until 20 Dec 2026" in text
    assert "变压器油箱自动焊接工装 Published" in text


def test_an_overdue_task_says_so(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    stage_since = datetime(2026, 10, 20, 2, 0, tzinfo=UTC)
    make_result(factory, people, state=ResultState.CHANGES_REQUESTED, stage_since=stage_since)
    assert "1 day late: it was due on 19 Nov 2026" in home(browse(people.worker))


def test_a_company_sees_its_need_with_the_best_match_and_its_deal_with_whose_turn_it_is(
    browse: Browse, factory: UnitOfWorkFactory, people: People, rebuild: Callable[[], None]
) -> None:
    deal = make_deal(factory, people)
    rebuild()
    client = browse(people.company)
    text = home(client)
    assert "大型储罐焊接变形控制 Published" in text
    assert "Fits best" in text
    assert "Why" in text
    assert "Make an offer Seller" in text
    assert f'href="/deals/{deal}"' in client.get("/").text
    assert "Make an offer You" in home(browse(people.seller_contact))


def test_needs_that_fit_are_shown_only_to_those_who_want_recommendations(
    browse: Browse, factory: UnitOfWorkFactory, people: People, rebuild: Callable[[], None]
) -> None:
    make_result(factory, people)
    make_need(factory, people)
    rebuild()
    assert "Needs that fit your results" in home(browse(people.worker))
    with factory.writing() as uow:
        uow.session.get_one(User, people.worker.user_id).recommendations = False
    text = home(browse(people.worker))
    assert "Needs that fit your results" not in text
    assert "大型储罐焊接变形控制" not in text


def test_what_is_hidden_in_ones_unit_stays_hidden_at_home(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    make_result(factory, people, title="同事的草稿", state=ResultState.DRAFT, submitted_at=None, published_at=None)
    for actor in (people.colleague, people.seller_contact, people.stranger, people.county_official):
        assert "同事的草稿" not in home(browse(actor))
    assert "同事的草稿" in home(browse(people.worker))


def test_an_official_sees_what_waits_by_age_and_five_figures(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    make_signed(factory, people)
    make_result(factory, people, state=ResultState.COUNTY_REVIEW, stage_since=datetime(2026, 11, 11, tzinfo=UTC))
    client = browse(people.county_official)
    text = home(client)
    assert "Result 1 9 days 2 days overdue 1" in text
    assert "Contracted amount (A1) ¥180,000 +¥180,000 in the last seven days" in text
    assert "Intended amount (A0) ¥0" in text
    assert "Published results, as of today 1 0 new in the last seven days" in text
    assert "Interests answered 100% 1 of 1 that came to an end" in text
    page = client.get("/").text
    assert 'href="/desk/rows?figure=A1"' in page
    assert 'href="/review?kind=result"' in page


def test_an_official_of_another_county_sees_nothing_of_it(
    browse: Browse, factory: UnitOfWorkFactory, people: People
) -> None:
    make_signed(factory, people)
    make_result(factory, people, state=ResultState.COUNTY_REVIEW)
    text = home(browse(people.other_official))
    assert "Nothing waits" in text
    assert "Contracted amount (A1) ¥0" in text


@pytest.mark.parametrize("who", ["worker", "company", "company_admin", "loner", "administrator"])
def test_figures_and_reviews_are_for_officials(
    browse: Browse, factory: UnitOfWorkFactory, people: People, who: str
) -> None:
    make_signed(factory, people)
    text = home(browse(getattr(people, who)))
    assert "What waits for the union" not in text
    assert "Contracted amount" not in text


def test_an_administrator_sees_failed_tasks_and_an_index_that_is_not_whole(
    browse: Browse, factory: UnitOfWorkFactory, people: People, rebuild: Callable[[], None]
) -> None:
    make_result(factory, people)
    row = {"at": NOW, "due_at": NOW, "event": "x", "payload": {}, "handler": "x"}
    with factory.writing() as uow:
        uow.session.add(OutboxRow(**row, parked_at=NOW, error="failed"))
    text = home(browse(people.administrator))
    assert "1 task failed for good and waits for you." in text
    assert "Index of results 0 1 expected" in text
    rebuild()
    assert "Index of results 1 complete" in home(browse(people.administrator))


def test_one_person_may_be_several(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    make_need(factory, people, party_id=people.union_party, author_id=people.city_official.user_id, title="工会的需求")
    text = home(browse(people.city_official))
    assert "My needs" in text
    assert "工会的需求" in text
    assert "What waits for the union" in text


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("/search?q=焊接", "/results?q=%E7%84%8A%E6%8E%A5"),
        ("/search?q=焊接&in=needs", "/needs?q=%E7%84%8A%E6%8E%A5"),
        ("/search?q=%20", "/results"),
        ("/search", "/results"),
        ("/search?q=a&in=//evil.example", "/results?q=a"),
    ],
)
def test_the_search_box_leads_to_the_catalogue(client: FlaskClient, url: str, target: str) -> None:
    answer = client.get(url)
    assert (answer.status_code, answer.location) == (303, target)


def test_publishing_begins_with_a_choice(browse: Browse, client: FlaskClient, people: People) -> None:
    visitor = client.get("/publish").text
    assert visitor.count('href="/sign-in?next=/publish"') >= 2
    own = browse(people.worker).get("/publish").text
    assert 'action="/results"' in own
    assert 'action="/needs"' in own
