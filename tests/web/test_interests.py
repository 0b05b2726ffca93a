"""The pages of matches, interests and the inbox, as people use them."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.matching.models import ShownReasons
from marketplace.notifications import notices
from marketplace.results.models import Result
from tests.factories import make_need, make_result
from tests.personas import People
from tests.usecases.test_matches import index_everything

Browse = Callable[[Actor], FlaskClient]
Drain = Callable[[], int]
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def pair(factory: UnitOfWorkFactory, people: People) -> tuple[int, int]:
    """A result and a need with HTML in their texts, in the index."""
    result_id = make_result(factory, people, title=f"储罐焊接变形工装{EVIL}", price_fen=90_000_000)
    need_id = make_need(factory, people, title=f"储罐焊接变形控制{EVIL}")
    index_everything(factory)
    return result_id, need_id


def tell(client: FlaskClient, pair: tuple[int, int], message: str = "想看现场") -> str:
    answer = client.post(
        f"/interests/new?result={pair[0]}&need={pair[1]}&origin=match&ref=x", data={"own": pair[1], "message": message}
    )
    assert answer.status_code == 303, answer.text
    return answer.location


def test_a_company_reads_its_matches(browse: Browse, people: People, pair: tuple[int, int]) -> None:
    page = browse(people.company).get(f"/needs/{pair[1]}/matches").text
    assert EVIL not in page
    assert "<mark>" in page
    assert "强" in page
    assert "报价 90 万元 高于预算 50 万元" in page
    assert "名次依据：共 100.0 分" in page
    assert f"/interests/new?result={pair[0]}&amp;need={pair[1]}&amp;origin=match" in page


def test_a_worker_reads_his_in_english(browse: Browse, people: People, pair: tuple[int, int]) -> None:
    client = browse(people.worker)
    client.post("/locale", data={"locale": "en", "next": "/"})
    page = client.get(f"/results/{pair[0]}/matches").text
    assert "The price of ¥900,000 is above the budget of ¥500,000." in page
    assert "How its place comes about: 100.0 points" in page
    assert "I can solve this" in page


@pytest.mark.parametrize("who", ["stranger", "loner", "worker", "other_official", "administrator"])
def test_matches_of_others_are_not_there(browse: Browse, people: People, pair: tuple[int, int], who: str) -> None:
    assert browse(getattr(people, who)).get(f"/needs/{pair[1]}/matches").status_code == 404


def test_an_official_reads_matches_without_buttons(browse: Browse, people: People, pair: tuple[int, int]) -> None:
    page = browse(people.city_official).get(f"/needs/{pair[1]}/matches")
    assert page.status_code == 200
    assert "/dismiss" not in page.text


def test_a_list_in_which_nothing_clearly_fits_says_so(
    browse: Browse, people: People, factory: UnitOfWorkFactory, pair: tuple[int, int]
) -> None:
    nothing_fits = "目前没有明显适合这项需求的成果"
    client = browse(people.company)
    assert nothing_fits not in client.get(f"/needs/{pair[1]}/matches").text
    far = make_need(factory, people, title="苹果冷库节能", description="冷库耗电高，储罐多，壁板旧，现场噪声大。")
    index_everything(factory)
    page = client.get(f"/needs/{far}/matches").text
    assert nothing_fits in page
    assert page.count("/interests/new?") > 0, "what shares some words stands below"


def test_an_empty_list_says_what_to_do(browse: Browse, people: People, factory: UnitOfWorkFactory) -> None:
    need_id = make_need(factory, people)
    page = browse(people.company).get(f"/needs/{need_id}/matches").text
    assert "去完善说明" in page


def test_a_match_is_put_away_and_comes_back(browse: Browse, people: People, pair: tuple[int, int]) -> None:
    client = browse(people.company)
    answer = client.post(f"/matches/{pair[0]}/{pair[1]}/dismiss?side=need", data={"reason": "price", "note": "太贵"})
    assert answer.location == f"/needs/{pair[1]}/matches"
    page = client.get(answer.location).text
    assert "origin=match" not in page
    assert "价格与预算不符" in page
    client.post(f"/matches/{pair[0]}/{pair[1]}/restore?side=need")
    assert "origin=match" in client.get(f"/needs/{pair[1]}/matches").text


def test_an_unknown_reason_puts_nothing_away(browse: Browse, people: People, pair: tuple[int, int]) -> None:
    client = browse(people.company)
    client.post(f"/matches/{pair[0]}/{pair[1]}/dismiss?side=need", data={"reason": "nonsense"})
    assert "origin=match" in client.get(f"/needs/{pair[1]}/matches").text
    assert client.post(f"/matches/{pair[0]}/{pair[1]}/dismiss?side=both", data={"reason": "price"}).status_code == 404


def test_interest_from_press_to_acceptance(browse: Browse, people: People, pair: tuple[int, int], drain: Drain) -> None:
    company, worker = browse(people.company), browse(people.worker)
    assert EVIL not in company.get(f"/interests/new?result={pair[0]}&need={pair[1]}").text
    url = tell(company, pair, f"想看现场{EVIL}")
    assert tell(company, pair, f"想看现场{EVIL}") == url
    other = company.post(
        f"/interests/new?result={pair[0]}&need={pair[1]}", data={"own": pair[1], "message": "再按一次"}
    )
    assert "这段文字没有发送" in other.text
    assert "再按一次" in other.text
    drain()
    page = worker.get(url).text
    assert EVIL not in page
    assert "寿光蓝海化工有限公司" in page
    assert "还剩 15 个工作日" in worker.get("/interests").text
    assert worker.post(f"{url}/accept").location == url
    assert "进入转化项目" in worker.get(url).text
    second = browse(people.seller_contact).post(f"{url}/accept", follow_redirects=True)
    assert "已经有了结果" in second.text
    drain()
    assert "接受了您对" in company.get("/notifications").text


def test_a_refusal_without_a_reason_comes_back_and_with_one_reaches_the_sender(
    browse: Browse, people: People, pair: tuple[int, int], drain: Drain
) -> None:
    company, worker = browse(people.company), browse(people.worker)
    url = tell(company, pair)
    drain()
    assert "请写明理由" in worker.post(f"{url}/decline", data={"reason": ""}).text
    assert worker.post(f"{url}/decline", data={"reason": f"没有人手{EVIL}"}).location == url
    page = company.get(url).text
    assert "没有人手" in page
    assert EVIL not in page


@pytest.mark.parametrize("who", ["stranger", "colleague", "loner", "administrator", "other_official"])
def test_an_interest_is_not_there_for_outsiders(
    browse: Browse, people: People, pair: tuple[int, int], who: str
) -> None:
    url = tell(browse(people.company), pair)
    client = browse(getattr(people, who))
    assert client.get(url).status_code == 404
    assert client.post(f"{url}/accept").status_code == 404
    assert client.post(f"{url}/decline", data={"reason": "不要"}).status_code == 404


def test_a_visitor_signs_in_first(client: FlaskClient, pair: tuple[int, int]) -> None:
    assert client.get(f"/interests/new?result={pair[0]}").location.startswith("/sign-in?next=")


@pytest.mark.parametrize("query", ["", "result=999", "need=999", "result=abc"])
def test_an_interest_in_nothing(browse: Browse, people: People, query: str) -> None:
    assert browse(people.company).get(f"/interests/new?{query}").status_code == 404


def test_nobody_tells_himself(browse: Browse, people: People, pair: tuple[int, int]) -> None:
    client = browse(people.worker)
    assert "这是您自己发布的" in client.get(f"/interests/new?result={pair[0]}").text
    data = {"party": people.worker.own_party_id, "message": "给自己"}
    assert client.post(f"/interests/new?result={pair[0]}", data=data).status_code == 200


def test_what_was_typed_stays_when_it_is_too_long(browse: Browse, people: People, pair: tuple[int, int]) -> None:
    answer = browse(people.company).post(
        f"/interests/new?result={pair[0]}&need={pair[1]}", data={"own": pair[1], "message": "长" * 2001}
    )
    assert answer.status_code == 200
    assert "长" * 2001 in answer.text


def test_the_inbox_counts_and_opens(browse: Browse, people: People, pair: tuple[int, int], drain: Drain) -> None:
    url = tell(browse(people.company), pair)
    drain()
    worker = browse(people.worker)
    page = worker.get("/notifications").text
    assert '<span class="count">1' in page
    assert EVIL not in page
    assert worker.post("/notifications/1/open").location == url
    assert '<span class="count">' not in worker.get("/notifications").text
    assert browse(people.colleague).post("/notifications/1/open").status_code == 404


def test_all_is_read_at_once(browse: Browse, people: People, pair: tuple[int, int], drain: Drain) -> None:
    tell(browse(people.company), pair)
    drain()
    worker = browse(people.worker)
    worker.post("/notifications/read")
    assert '<span class="count">' not in worker.get("/notifications").text


PATHS = [
    notices.listing_path("result", 1),
    notices.listing_path("need", 1),
    notices.review_path(1),
    notices.interest_path(1),
    notices.deal_path(1),
    notices.document_path(1),
    notices.organisation_path(1),
    notices.import_path(1),
]


@pytest.mark.parametrize("path", PATHS)
def test_notices_lead_to_pages_that_exist(app: Flask, path: str) -> None:
    assert app.url_map.bind("localhost").match(path)


def test_what_a_list_showed_is_kept_and_shown_again(
    browse: Browse, people: People, factory: UnitOfWorkFactory, pair: tuple[int, int]
) -> None:
    company = browse(people.company)
    page = company.get(f"/needs/{pair[1]}/matches")
    assert "<mark>" in page.text
    page.close()
    assert kept_reasons(factory) == 1
    company.post(f"/matches/{pair[0]}/{pair[1]}/dismiss?side=need", data={"reason": "price"})
    with factory.writing() as uow:
        uow.session.get_one(Result, pair[0]).title = "别的东西"
    away = company.get(f"/needs/{pair[1]}/matches").text
    assert "当时的匹配理由（2026年11月20日）" in away
    assert "报价 90 万元 高于预算 50 万元" in away
    assert EVIL not in away


def test_an_official_who_looks_leaves_no_trace_in_it(
    browse: Browse, people: People, factory: UnitOfWorkFactory, pair: tuple[int, int]
) -> None:
    browse(people.city_official).get(f"/needs/{pair[1]}/matches").close()
    assert kept_reasons(factory) == 0


def kept_reasons(factory: UnitOfWorkFactory) -> int:
    with factory.reading() as uow:
        return uow.session.scalar(select(func.count()).select_from(ShownReasons)) or 0


def test_the_interest_says_why_and_lets_its_sender_write_again(
    browse: Browse, people: People, pair: tuple[int, int]
) -> None:
    company, worker = browse(people.company), browse(people.worker)
    where = tell(company, pair)
    assert "当时的匹配理由" in company.get(where).text
    again = f"/interests/new?result={pair[0]}&amp;need={pair[1]}"
    assert again not in company.get(where).text
    worker.post(f"{where}/decline", data={"reason": "今年没有产能"})
    assert again in company.get(where).text
    assert again not in worker.get(where).text
