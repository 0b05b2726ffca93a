"""The form of three parties in the browser: shares in an offer, a maker who reads and signs on his phone, and the reward."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentState
from marketplace.deals import offer_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.results.models import Contributor
from tests.factories import TERMS, code_sent, make_deal, make_payment, sign
from tests.factories import lines_of as milestones_of
from tests.making import himself, made_by, make_threefold, named, shared, sign_by_all
from tests.paying import BY_PLAN, TODAY
from tests.personas import PASSWORD, People
from tests.rewarding import Drain, the_reward

Browse = Callable[[Actor], FlaskClient]
OFFER = {
    "contract_type": "licence",
    "price_model": "lump_sum",
    "amount": "180000",
    "delivery": "图纸一套。",
    "acceptance": "试用合格。",
    "valid_until": "2026-12-01",
    **{f"instalments-{place}-trigger": "other" for place in range(4)},
}


def with_shares(people: People, *shares: str) -> dict[str, str]:
    typed = dict(OFFER)
    for place, (who, share) in enumerate(zip((people.worker, people.colleague), shares, strict=False)):
        typed |= {f"makers-{place}-user": str(who.user_id), f"makers-{place}-share": share}
    return typed


@pytest.fixture
def deal_id(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal about a service result of worker and colleague."""
    return make_deal(factory, people, result_id=made_by(factory, people, people.worker, people.colleague))


def test_shares_are_asked_for_only_where_the_makers_can_sign(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal_id: int
) -> None:
    page = browse(people.seller_contact).get(f"/deals/{deal_id}/offer").text
    assert ("王建国" in page, page.count("净收入比例") >= 2) == (True, True)


@pytest.mark.parametrize(
    ("who", "said"),
    [("nobody", "成果没有写明完成人"), ("without an account", "尚无本平台账号"), ("not agreed", "尚未同意")],
)
def test_where_the_makers_cannot_sign_the_form_says_why(
    factory: UnitOfWorkFactory, people: People, browse: Browse, who: str, said: str
) -> None:
    result_id = made_by(factory, people, *(() if who == "nobody" else (people.worker,)))
    user_id = people.colleague.user_id if who == "not agreed" else None
    if who != "nobody":
        with factory.writing() as uow:
            uow.session.add(Contributor(result_id=result_id, place=2, name="还有一人", user_id=user_id))
    deal_id = make_deal(factory, people, result_id=result_id)
    for reader in (people.seller_contact, people.company):
        page = browse(reader).get(f"/deals/{deal_id}/offer").text
        assert (said in page, "净收入比例" in page) == (True, False)


def test_a_maker_who_came_while_the_offer_was_typed_gets_a_field_and_nothing_typed_is_lost(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    result_id = made_by(factory, people, people.worker)
    deal_id = make_deal(factory, people, result_id=result_id)
    with factory.writing() as uow:
        uow.session.add(named(result_id, 2, people.colleague))
    typed = with_shares(people, "12.5")
    page = browse(people.seller_contact).post(f"/deals/{deal_id}/offer", data=typed).text
    assert "每位完成人" in page
    shares = re.findall(r'name="makers-(\d+)-share"[^>]*value="([\d.]*)"', page)
    assert shares == [("0", "12.5"), ("1", "")]


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (("12.5", ""), "每人份额应当大于 0"),
        (("80", "20.01"), "各人份额合计不超过净收入的百分之百"),
        (("12.555", "1"), "请填写 0 到 100 之间的百分比"),
    ],
)
def test_shares_that_cannot_be_are_said_beside_them_and_nothing_is_lost(
    people: People, browse: Browse, deal_id: int, shares: tuple[str, str], said: str
) -> None:
    answer = browse(people.seller_contact).post(f"/deals/{deal_id}/offer", data=with_shares(people, *shares))
    assert answer.status_code == 200
    assert said in answer.text.split("完成人一并签署（三方形式）")[1]
    assert f'value="{shares[0]}"' in answer.text


def test_a_counter_offer_carries_the_shares_on_and_shows_what_it_changes(
    people: People, browse: Browse, deal_id: int
) -> None:
    seller, buyer = browse(people.seller_contact), browse(people.company)
    assert seller.post(f"/deals/{deal_id}/offer", data=with_shares(people, "12.5", "7.5")).status_code == 303
    assert "王建国 · <span" in buyer.get(f"/deals/{deal_id}").text
    form = buyer.get(f"/deals/{deal_id}/offer").text
    assert re.findall(r'name="makers-\d-share"[^>]*value="([\d.]+)"', form) == ["12.5", "7.5"]
    assert buyer.post(f"/deals/{deal_id}/offer", data=with_shares(people, "10", "7.5")).status_code == 303
    assert "<del>2.5</del>" in seller.get(f"/deals/{deal_id}").text


def test_a_maker_signs_on_his_own_and_sees_no_room(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    document_id = make_threefold(factory, people)
    who = himself(factory, people.colleague)
    maker, path = browse(who), f"/documents/{document_id}/signature"
    assert f"/documents/{document_id}" in maker.get("/").text
    page = maker.get(f"/documents/{document_id}").text
    assert ("阅读并签署" in page, "成果完成人" in page) == (True, True)
    assert "/deals/1" not in page
    for closed in ("/deals/1", "/deals/1/payments", "/deals/1/evidence", f"/documents/{document_id}/reminder"):
        assert maker.get(closed).status_code in {404, 405}
    shown = dict(
        re.findall(r'<input id="(sha256|party)" name="\1" type="hidden" value="([^"]*)"', maker.get(path).text)
    )
    assert maker.post(f"{path}/code", data={"party": shown["party"]}).status_code == 303
    with factory.reading(who) as uow:
        typed = {**shown, "password": PASSWORD, "agrees": "y", "code": code_sent(uow, document_id)}
    other = str(people.buyer_party)
    assert maker.post(path, data={**typed, "party": other}).status_code == 403
    assert maker.post(path, data=typed).status_code == 303
    page = maker.get(f"/documents/{document_id}").text
    assert "本人签署" in page or "已签署" in page
    assert f"/documents/{document_id}" not in maker.get("/").text
    assert f'href="/documents/{document_id}"' in maker.get("/deals").text


def test_the_room_names_the_makers_who_are_parties(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    make_threefold(factory, people)
    assert "王建国、李秀英" in browse(people.company).get("/deals/1").text


def test_a_maker_declines_with_a_reason_the_others_read(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    document_id = make_threefold(factory, people)
    maker = browse(himself(factory, people.colleague))
    answer = maker.post(f"/documents/{document_id}/decline", data={"reason": "份额与商定的不同。"})
    assert answer.status_code == 303
    assert "份额与商定的不同。" in browse(people.company).get(f"/documents/{document_id}").text
    with factory.reading() as uow:
        assert uow.session.get_one(Document, document_id).state is DocumentState.DECLINED


def test_the_public_page_names_the_makers_by_family_name(
    factory: UnitOfWorkFactory, people: People, client: FlaskClient
) -> None:
    document_id = make_threefold(factory, people)
    sign(factory, himself(factory, people.worker), document_id)
    with factory.reading() as uow:
        code = uow.session.get_one(Document, document_id).code
    page = client.get(f"/verify/{code}").text
    assert ("王**" in page, "王建国" in page, page.count("成果完成人")) == (True, False, 2)


def test_an_amendment_says_that_shares_are_not_amended_here(
    factory: UnitOfWorkFactory, people: People, browse: Browse
) -> None:
    document_id = make_threefold(factory, people, terms=BY_PLAN)
    sign_by_all(factory, people, document_id)
    page = browse(people.company).get("/deals/1/amendment").text
    assert "此处不能变更完成人的份额" in page
    assert 'name="makers"' not in page


def test_the_unit_types_costs_and_no_split(
    factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Drain
) -> None:
    sign_by_all(factory, people, make_threefold(factory, people))
    make_payment(factory, people, milestones_of(factory, 1)[0].id, 18_000_000, TODAY)
    drain()
    unit, path = browse(people.seller_contact), f"/rewards/{the_reward(factory)}"
    form = unit.get(f"{path}/calculation").text
    assert ("第九条" in form, "12.5%" in form, "weight" in form) == (True, True, False)
    costs = {"round": "0", "costs-0-kind": "tax", "costs-0-amount": "10000.01", "costs-0-note": "增值税"}
    typed = costs | {f"costs-{place}-kind": "tax" for place in (1, 2, 3)}
    assert unit.post(f"{path}/calculation", data=typed).status_code == 303
    page = browse(himself(factory, people.worker)).get(path).text
    assert ("¥ 21,250.00" in page, "合同约定 12.5%" in page, "已随合同签署确认" in page) == (True, True, True)
    assert '<a href="/documents/1">' in page


def test_an_offer_of_two_parties_says_nothing_of_shares(
    factory: UnitOfWorkFactory, people: People, browse: Browse, deal_id: int
) -> None:
    with factory.writing(people.seller_contact) as uow:
        offer_id = offer_service.make_offer(uow, deal_id, TERMS).id
    assert "完成人的收益份额" not in browse(people.company).get(f"/deals/{deal_id}").text
    with factory.writing(people.company) as uow:
        offer_service.counter_offer(uow, offer_id, shared((people.worker, 1000), (people.colleague, 1000)))
    assert "完成人的收益份额" in browse(people.seller_contact).get(f"/deals/{deal_id}").text
