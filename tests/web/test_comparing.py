"""Two matches of a list side by side: fact by fact against what is asked for."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.rules import Maturity
from marketplace.matching.comparing import compare_needs, compare_results
from marketplace.matching.facts import Fact, Verdict
from marketplace.needs.models import Need
from tests.factories import make_need, make_result
from tests.personas import People
from tests.usecases.test_matches import WHOLE, index_everything

Browse = Callable[[Actor], FlaskClient]
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def listed(factory: UnitOfWorkFactory, people: People) -> tuple[int, int, int]:
    """A need, a result that fits, and one that is too dear, not mature and from elsewhere."""
    fitting = make_result(factory, people, title=f"储罐焊接变形工装{EVIL}", description=WHOLE)
    dear = make_result(
        factory, people, title="储罐壁板焊接变形夹具", price_fen=90_000_000, maturity=Maturity.IDEA, county=None,
        before="", after="",
    )  # fmt: skip
    need = make_need(
        factory, people, county_wanted="qingzhou", maturity_wanted=Maturity.TRIAL,
        indicators=[{"name": "返修率", "value": f"2%{EVIL}"}],
    )  # fmt: skip
    index_everything(factory)
    return need, fitting, dear


def test_each_fact_is_held_against_what_the_need_asks(
    factory: UnitOfWorkFactory, people: People, listed: tuple[int, int, int]
) -> None:
    need, fitting, dear = listed
    with factory.reading(people.company) as uow:
        found = compare_results(uow, need, [dear, fitting])
    assert [row.result_id for row in found.rows] == [dear, fitting]
    verdicts = {line.fact: [cell.judgements[0].verdict for cell in line.cells] for line in found.lines}
    assert verdicts[Fact.PRICE] == [Verdict.CONFLICT, Verdict.FIT]
    assert verdicts[Fact.MATURITY] == [Verdict.CONFLICT, Verdict.FIT]
    assert verdicts[Fact.COUNTY] == [Verdict.MISSING, Verdict.FIT]
    assert verdicts[Fact.FIGURES] == [Verdict.MISSING, Verdict.STATED]
    assert verdicts[Fact.WAYS] == verdicts[Fact.DEADLINE] == [Verdict.FIT, Verdict.FIT]
    assert Fact.TEXT not in verdicts


def test_a_worker_compares_two_needs(factory: UnitOfWorkFactory, people: People) -> None:
    result = make_result(factory, people, description=WHOLE)
    needs = [
        make_need(factory, people, deadline=deadline, anonymous=anonymous)
        for deadline, anonymous in ((date(2027, 6, 30), True), (date(2026, 11, 1), False))
    ]
    index_everything(factory)
    with factory.reading(people.worker) as uow:
        found = compare_needs(uow, result, needs)
    (deadline,) = [line for line in found.lines if line.fact is Fact.DEADLINE]
    assert [cell.judgements[0].verdict for cell in deadline.cells] == [Verdict.FIT, Verdict.CONFLICT]
    assert [row.card.party for row in found.rows] == [None, "寿光蓝海化工有限公司"]


def test_the_page_in_both_languages(browse: Browse, people: People, listed: tuple[int, int, int]) -> None:
    need, fitting, dear = listed
    client = browse(people.company)
    address = f"/needs/{need}/compare?with={fitting}&with={dear}"
    page = client.get(address).text
    assert "报价 90 万元 高于预算 50 万元" in page
    assert "不超过 50 万元" in page
    assert f"/interests/new?result={fitting}&amp;need={need}" in page
    assert EVIL not in page
    client.post("/locale", data={"locale": "en", "next": "/"})
    assert "at least: On trial" in client.get(address).text


def test_two_are_ticked_on_the_list_without_script(
    browse: Browse, people: People, listed: tuple[int, int, int]
) -> None:
    need, fitting, _ = listed
    page = browse(people.company).get(f"/needs/{need}/matches").text
    assert f'action="/needs/{need}/compare"' in page
    assert f'form="compare" name="with" value="{fitting}"' in page


@pytest.mark.parametrize(
    "ticked", ["", "with={0}", "with={0}&with={0}", "with={0}&with=999", "with={0}&with=x", "with=-1"]
)
def test_other_than_two_leads_back_to_the_list(
    browse: Browse, people: People, listed: tuple[int, int, int], ticked: str
) -> None:
    need, fitting, _ = listed
    client = browse(people.company)
    answer = client.get(f"/needs/{need}/compare?{ticked.format(fitting)}")
    assert (answer.status_code, answer.location) == (303, f"/needs/{need}/matches")
    assert "请在列表中勾选两项" in client.get(answer.location).text


@pytest.mark.parametrize("who", ["stranger", "worker", "other_official", "administrator"])
def test_it_is_not_there_for_others(browse: Browse, people: People, listed: tuple[int, int, int], who: str) -> None:
    need, fitting, dear = listed
    assert browse(getattr(people, who)).get(f"/needs/{need}/compare?with={fitting}&with={dear}").status_code == 404


def test_an_official_reads_it_without_buttons(browse: Browse, people: People, listed: tuple[int, int, int]) -> None:
    need, fitting, dear = listed
    page = browse(people.city_official).get(f"/needs/{need}/compare?with={fitting}&with={dear}")
    assert page.status_code == 200
    assert "/interests/new" not in page.text


def test_a_draft_compares_nothing_to_anybody_else(
    browse: Browse, people: People, factory: UnitOfWorkFactory, listed: tuple[int, int, int]
) -> None:
    with factory.writing() as uow:
        uow.session.get_one(Need, listed[0]).state = "draft"
    page = browse(people.company).get(f"/needs/{listed[0]}/compare?with={listed[1]}&with={listed[2]}").text
    assert "/interests/new" not in page
