"""A suspected duplicate in the browser: side by side, settled either way; and the deal between related parties."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.factories import make_contract, make_deal, make_result, make_signed
from tests.offline import entered
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People, drain: Callable[[], int]) -> int:
    """A contract in force, and a row of the ledger that may be the same."""
    signed = make_signed(factory, people)
    entered(factory, people.city_official, all_the_same=True)
    drain()
    return signed


def test_a_row_that_is_the_same_is_booked_off(people: People, browse: Browse, deal: int) -> None:
    official = browse(people.county_official)
    page = official.get("/duplicates/1").text
    assert f"/deals/{deal}" in page
    assert "/offline/1" in page
    assert f'value="deal:{deal}"' in page
    assert 'value="offline:1"' not in page
    assert "checked" not in page
    assert "线下台账第 1 行将被永久冲销，台账合计减少 ¥ 180,000.00" in page
    assert official.post("/duplicates/1/confirm", data={"standing": "offline:1"}).status_code == 200
    for missing in ({"standing": f"deal:{deal}", "note": " "}, {"note": "合同编号一致"}):
        refused = official.post("/duplicates/1/confirm", data=missing)
        assert refused.status_code == 200
        assert "field-error" in refused.text
    sent = official.post("/duplicates/1/confirm", data={"standing": f"deal:{deal}", "note": "合同编号一致"})
    assert sent.status_code == 303
    assert "合同编号一致" in official.get("/duplicates/1").text
    assert f"/deals/{deal}" in official.get("/offline/1").text


def test_beside_a_contract_that_is_only_sent_the_page_says_to_wait(
    factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Callable[[], int]
) -> None:
    entered(factory, people.city_official)
    sent = make_deal(factory, people)
    make_contract(factory, people, sent)
    drain()
    official = browse(people.city_official)
    page = official.get("/duplicates/1").text
    assert "待合同签署后" in page
    assert "/duplicates/1/confirm" not in page
    assert "/duplicates/1/distinguish" in page
    assert (
        "待其签署后再确认"
        in official.post("/duplicates/1/confirm", data={"standing": f"deal:{sent}", "note": "编号一致"}).text
    )


def test_two_contracts_take_a_reason_that_is_kept(people: People, browse: Browse, deal: int) -> None:
    official = browse(people.city_official)
    assert "field-error" in official.post("/duplicates/1/distinguish", data={"says": "related", "reason": ""}).text
    assert official.post("/duplicates/1/distinguish", data={"reason": "第二条生产线另签"}).status_code == 303
    assert "第二条生产线另签" in official.get("/duplicates/1").text
    assert official.post("/duplicates/1/distinguish", data={"reason": "再说一次"}).status_code == 409


def test_two_contracts_that_are_the_same_are_told_to_be_ended(
    factory: UnitOfWorkFactory, people: People, browse: Browse, drain: Callable[[], int]
) -> None:
    first = make_signed(factory, people)
    make_signed(factory, people, result_id=make_result(factory, people, title="变压器油箱焊接工装（二次签约）"))
    drain()
    official = browse(people.city_official)
    assert official.post("/duplicates/1/confirm", data={"standing": f"deal:{first}", "note": "同"}).status_code == 303
    assert "金额被计算了两次" in official.get("/duplicates/1").text
    assert "两份仍都计入" in official.get("/duplicates").text
    desk = official.get("/desk?figure=A1").text
    assert "已确认重复、仍在计入的合同（不分时期）：本期签订的已计入本指标" in desk
    assert "多出 1 份合同" in desk
    assert "单独列示" not in desk


def test_officials_of_other_counties_know_nothing_of_it(people: People, browse: Browse, deal: int) -> None:
    other = browse(people.other_official)
    assert other.get("/duplicates/1").status_code == 404
    assert other.post("/duplicates/1/distinguish", data={"reason": "不清楚"}).status_code == 404
    assert f"/deals/{deal}" not in other.get("/duplicates").text


def test_related_parties_stand_in_the_deal_room(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    deal = make_deal(factory, people)
    buyer, official = browse(people.company), browse(people.county_official)
    assert "未发现关联关系" in buyer.get(f"/deals/{deal}").text
    assert "请填写" in buyer.post(f"/deals/{deal}/related", data={"says": "related", "reason": ""}).text
    assert (
        buyer.post(f"/deals/{deal}/related", data={"says": "related", "reason": "卖方持有我公司60%的股份"}).status_code
        == 303
    )
    for reader in (browse(people.seller_contact), official):
        room = reader.get(f"/deals/{deal}").text
        assert "关联方交易" in room
        assert "卖方持有我公司60%的股份" in room
    denied = {"says": "not_related", "reason": "股权已转让，见工商档案"}
    assert buyer.post(f"/deals/{deal}/related", data=denied).status_code == 403
    assert 'value="not_related"' in official.get(f"/deals/{deal}/related").text
    assert official.post(f"/deals/{deal}/related", data=denied).status_code == 303
    assert (
        official.post(f"/deals/{deal}/related", data=denied).status_code == 409
    )  # The second of two clicks says the same.
    assert "股权已转让，见工商档案" in buyer.get(f"/deals/{deal}").text
    assert browse(people.worker).get(f"/deals/{deal}/related").status_code == 404
    assert browse(people.stranger).get(f"/deals/{deal}/related").status_code == 404
