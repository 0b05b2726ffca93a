"""Use first, pay later in the browser: offered, read, ended with a reason, and closed once the time is over."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from marketplace.contracts.models import Amendment, Document
from marketplace.contracts.rules import EndReason, PriceModel
from marketplace.deals import service
from marketplace.deals.models import Deal, Offer
from marketplace.deals.rules import DealState
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, day_begins
from marketplace.kernel.permissions import Actor
from tests.factories import TERMS, lines_of, make_deal, make_signed
from tests.paying import report
from tests.personas import PASSWORD, People

Browse = Callable[[Actor], FlaskClient]
FREE = replace(TERMS, price_model=PriceModel.USE_FIRST, use_days=180)
OFFER = {
    "contract_type": "licence",
    "price_model": "use_first",
    "amount": "18万",
    "use_days": "180",
    "delivery": "图纸一套。",
    "acceptance": "试用合格。",
    "valid_until": "2026-12-01",
    **{f"instalments-{place}-trigger": "other" for place in range(4)},
}
CONFIRMS = {"current_password": PASSWORD}
CONFIRMED = "合同即对各方解除"
BY_RIGHT = "不以任何一方违约为前提"
WARNED = "不再享有单方终止的权利"


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A contract in force with 180 days of use without payment, to 19 May 2027."""
    return make_signed(factory, people, FREE)


def test_it_is_offered_and_read_on_the_other_side(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    deal_id = make_deal(factory, people)
    assert browse(people.seller_contact).post(f"/deals/{deal_id}/offer", data=OFFER).status_code == 303
    page = browse(people.company).get(f"/deals/{deal_id}").text
    assert "先使用后付费" in page
    assert "合同生效后180天为使用期" in page
    counter = browse(people.company).get(f"/deals/{deal_id}/offer").text
    assert re.search(r'name="use_days"[^>]*value="180"', counter)
    assert browse(people.company).post(f"/deals/{deal_id}/offer", data={**OFFER, "use_days": "90"}).status_code == 303
    with factory.reading() as uow:
        days = uow.session.scalars(select(Offer.use_days).order_by(Offer.number)).all()
    assert days == [180, 90]
    page = browse(people.seller_contact).get(f"/deals/{deal_id}").text
    assert "<ins>9</ins>0" in page


@pytest.mark.parametrize("days", ["", "29", "731", "half a year"])
def test_days_that_do_not_fit_are_said_beside_the_field(
    factory: UnitOfWorkFactory, people: People, browse: Browse, days: str
) -> None:
    deal_id = make_deal(factory, people)
    page = browse(people.seller_contact).post(f"/deals/{deal_id}/offer", data={**OFFER, "use_days": days})
    assert page.status_code == 200
    assert 'id="use_days-error"' in page.text
    assert "图纸一套。" in page.text


@pytest.mark.parametrize(
    ("typed", "field", "model"),
    [
        ({"use_days": "180"}, "use_days", "先使用后付费"),
        ({"royalty": "3.5"}, "royalty", "入门费加提成"),
        ({"royalty_base": "季度销售额"}, "royalty_base", "入门费加提成"),
        ({"instalments-0-amount": "6万"}, "instalments", "分期支付"),
        ({"instalments-0-days": "30"}, "instalments", "分期支付"),
        ({"price_model": "royalty", "royalty": "3.5", "royalty_base": "销售额"}, "amount", "入门费加提成"),
    ],
)
def test_what_belongs_to_another_price_model_is_not_dropped_in_silence(
    factory: UnitOfWorkFactory, people: People, browse: Browse, typed: dict[str, str], field: str, model: str
) -> None:
    deal_id = make_deal(factory, people)
    lump = {**OFFER, "price_model": "lump_sum", "use_days": "", **typed}
    answer = browse(people.seller_contact).post(f"/deals/{deal_id}/offer", data=lump)
    assert answer.status_code == 200
    (said,) = re.findall(rf'<a href="#{field}">.*?</li>', answer.text, re.DOTALL)
    assert model in said
    assert all(f'value="{value}"' in answer.text for name, value in typed.items() if name != "price_model")
    with factory.reading() as uow:
        assert uow.session.scalars(select(Offer.id)).all() == []


def test_the_room_says_until_when_and_the_buyer_ends_it_with_a_reason(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    page = browse(people.company).get(f"/deals/{deal}").text
    assert "2027年5月19日" in page
    assert "2027年6月18日" in page
    assert CONFIRMED in page
    assert "不能撤回" in page.split(CONFIRMED)[1][:20], "whoever confirms knows that it is final"
    assert "试用后不合适" in page
    assert "价格或付款方式未谈拢" not in page, "a reason why talks fail is none to end a use"
    for who in (people.seller_contact, people.county_official):
        other = browse(who).get(f"/deals/{deal}").text
        assert "2027年5月19日" in other
        assert CONFIRMED not in other
    unsaid = browse(people.company).post(
        f"/deals/{deal}/end_use", data={"end_reason": "technology", "reason": "", **CONFIRMS}
    )
    assert unsaid.status_code == 200
    assert 'id="reason-end_use-error"' in unsaid.text
    told = {"end_reason": "technology", "reason": "试用后节拍达不到要求。", **CONFIRMS}
    unproved = browse(people.company).post(f"/deals/{deal}/end_use", data={**told, "current_password": "wrong"})
    assert unproved.status_code == 200
    assert 'id="current_password-end_use-error"' in unproved.text
    assert "试用后节拍达不到要求。" in unproved.text
    assert browse(people.seller_contact).post(f"/deals/{deal}/end_use", data=told).status_code == 403
    assert browse(people.stranger).post(f"/deals/{deal}/end_use", data=told).status_code == 404
    assert browse(people.company).post(f"/deals/{deal}/end_use", data=told).status_code == 303
    page = browse(people.seller_contact).get(f"/deals/{deal}").text
    for said in ("试用后节拍达不到要求。", "已终止", "不付价款"):
        assert said in page
    assert browse(people.company).post(f"/deals/{deal}/end_use", data=told).status_code == 409


def test_before_he_pays_the_buyer_reads_what_he_gives_up(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    (line,) = lines_of(factory, deal)
    pages = (f"/deals/{deal}/payments", f"/milestones/{line.id}/payment")
    for page in pages:
        assert WARNED in browse(people.company).get(page).text
    assert WARNED not in browse(people.seller_contact).get(pages[0]).text, "it is not his to decide"
    report(factory, people.company, line.id, 1_000)
    for page in pages:
        assert WARNED not in browse(people.company).get(page).text, "he has decided"


def test_an_end_that_nobody_signed_is_not_called_signed(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    told = {"end_reason": "technology", "reason": "试用后节拍达不到要求。", **CONFIRMS}
    assert browse(people.company).post(f"/deals/{deal}/end_use", data=told).status_code == 303
    entries = browse(people.company).get(f"/deals/{deal}").text.split("签约金额（A1）", maxsplit=1)[1]
    assert re.search("生效 · 电子 .*终止 · 未另行签署", entries, re.DOTALL)


def test_nobody_takes_the_end_of_the_use_for_a_breach(
    factory: UnitOfWorkFactory, people: People, browse: Browse, client: FlaskClient, deal: int
) -> None:
    with factory.reading() as uow:
        contract = uow.session.scalars(select(Document).where(Document.deal_id == deal)).one()
    pages = (f"/documents/{contract.id}", f"/verify/{contract.code}")
    told = {"end_reason": "unsuited", "reason": "节拍跟不上。", **CONFIRMS}
    assert BY_RIGHT not in browse(people.seller_contact).get(f"/deals/{deal}").text
    assert browse(people.company).post(f"/deals/{deal}/end_use", data=told).status_code == 303
    money = browse(people.seller_contact).get(f"/deals/{deal}").text.split("签约金额（A1）", maxsplit=1)[1]
    assert BY_RIGHT in money.split("</section>", maxsplit=1)[0]
    assert BY_RIGHT in browse(people.seller_contact).get(pages[0]).text
    assert BY_RIGHT in client.get(pages[1]).text
    assert "节拍跟不上" not in client.get(pages[1]).text, "why is a matter of those in the deal"


def test_another_end_is_no_right_of_the_buyer(
    factory: UnitOfWorkFactory, people: People, browse: Browse, client: FlaskClient, deal: int
) -> None:
    with factory.writing(people.county_official) as uow:
        service.terminate(uow, deal, "判决解除", 0, EndReason.BREACH)
    with factory.reading() as uow:
        code = uow.session.scalars(select(Document.code).where(Document.deal_id == deal)).one()
    assert BY_RIGHT not in client.get(f"/verify/{code}").text
    assert BY_RIGHT not in browse(people.company).get(f"/deals/{deal}").text


@pytest.mark.parametrize("why", ["over", "paid"])
def test_once_it_goes_on_the_page_says_so(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int, clock: SetClock, why: str
) -> None:
    if why == "paid":
        report(factory, people.company, lines_of(factory, deal)[0].id, 18_000_000)
    else:
        clock.at = day_begins(date(2027, 5, 19) + timedelta(days=1))
    page = browse(people.company).get(f"/deals/{deal}").text
    assert CONFIRMED not in page
    assert "价款按付款计划支付" in page
    told = {"end_reason": "technology", "reason": "不用了。", **CONFIRMS}
    refused = browse(people.company).post(f"/deals/{deal}/end_use", data=told)
    assert refused.status_code == 409
    with factory.reading() as uow:
        assert uow.session.get_one(Deal, deal).state is DealState.IN_FORCE


def test_an_amendment_that_leaves_the_line_alone_keeps_its_words(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal: int
) -> None:
    browser = browse(people.company)
    page = browser.get(f"/deals/{deal}/amendment").text
    assert re.search(r'name="lines-0-days"[^>]*value="210"', page)
    line = {
        "lines-0-number": "1",
        "lines-0-amount": "180000",
        "lines-0-trigger": "in_force",
        "lines-0-days": "210",
        "lines-1-trigger": "day",
    }
    texts = {name: _typed(page, name) for name in re.findall(r'<textarea[^>]*name="(\w+)"', page)}
    changed = {**texts, **line, "stands": "0", "reason": "改争议解决方式。", "dispute": "提交潍坊仲裁委员会仲裁。"}
    assert browser.post(f"/deals/{deal}/amendment", data=changed).status_code == 303
    with factory.reading() as uow:
        row = uow.session.scalars(select(Amendment)).one()
        assert (row.dropped, row.lines, list(row.texts)) == ([], [], ["dispute"])
    more = browser.post(f"/deals/{deal}/amendment", data={**changed, "lines-0-amount": "200000"})
    assert more.status_code == 303
    with factory.reading() as uow:
        newest = uow.session.get_one(Document, uow.session.scalar(select(func.max(Document.id))))
    assert "使用期（合同生效后180日）届满后三十日内" in newest.text


def _typed(page: str, name: str) -> str:
    """What stands in a text field, as a browser sends it."""
    text = page.split(f'name="{name}"', maxsplit=1)[1].split(">", maxsplit=1)[1].split("</textarea>", maxsplit=1)[0]
    return text.lstrip("\r\n").replace("&#34;", '"').replace("\n", "\r\n")
