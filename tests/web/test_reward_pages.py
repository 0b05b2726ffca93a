"""Rewards in the browser: the unit calculates, everybody confirms or objects, is paid and says so; who sees what."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.rewards.rules import RewardState
from tests.factories import VOUCHER
from tests.personas import People
from tests.rewarding import Drain, approved, calculate, confirmed, paid, sold, state_of

Browse = Callable[[Actor], FlaskClient]
SPLIT = {
    "round": "0",
    "costs-0-kind": "tax",
    "costs-0-amount": "10000.01",
    "costs-0-note": "增值税，发票 26370001",
    "shares-0-weight": "2",
    "shares-1-weight": "1",
    **{f"costs-{place}-kind": "tax" for place in (1, 2, 3)},
    **{f"shares-{place}-role": "supporter" for place in (2, 3, 4)},
}


@pytest.fixture
def reward(factory: UnitOfWorkFactory, people: People, drain: Drain) -> int:
    """The reward for 180,000 yuan that were received for a result of worker and colleague."""
    return sold(factory, people, drain)


def paper() -> tuple[BytesIO, str]:
    return BytesIO(VOUCHER), "签字.pdf"


def test_from_the_calculation_to_the_workers_word(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock, reward: int
) -> None:
    unit, worker, colleague = browse(people.seller_contact), browse(people.worker), browse(people.colleague)
    assert f"/rewards/{reward}" in unit.get("/").text
    form = unit.get(f"/rewards/{reward}/calculation").text
    assert ("第四十五条" in form, "王建国" in form) == (True, True)
    assert unit.post(f"/rewards/{reward}/calculation", data=SPLIT).status_code == 303
    page = worker.get(f"/rewards/{reward}").text
    assert all(text in page for text in ("¥ 180,000.00", "¥ 169,999.99", "¥ 85,000.00", "¥ 56,666.67", "第四十五条"))
    assert "确认您在" in worker.get("/").text
    for place, browser in ((1, worker), (2, colleague)):
        assert browser.post(f"/rewards/lines/{place}/confirm").status_code == 303
    clock.forward(days=16)
    assert unit.post(f"/rewards/{reward}/approve").status_code == 303
    told = {"tax": "5666.67", "paid_on": "2026-12-06", "file": paper()}
    assert unit.post("/rewards/lines/1/payout", data={**told, "tax": "56666.67"}).status_code == 200
    assert unit.post("/rewards/lines/1/payout", data={**told, "file": paper()}).status_code == 303
    assert "¥ 51,000.00" in worker.get(f"/rewards/{reward}").text
    assert worker.post("/rewards/payouts/1/acknowledge").status_code == 303
    assert "本人已收到" in worker.get("/rewards").text
    assert worker.post("/rewards/payouts/1/deny", data={"reason": "没有"}).status_code == 409


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"costs-0-note": ""}, "costs"),
        ({"costs-0-amount": "180000"}, "costs"),
        ({"shares-1-weight": "0"}, "shares"),
        ({"shares-2-person": "张三", "shares-2-weight": "1", "shares-2-email": "nobody@example.com"}, "shares"),
        ({"shares-2-person": "张三"}, "shares"),
    ],
)
def test_a_refused_calculation_loses_nothing(
    people: People, browse: Browse, reward: int, changed: dict[str, Any], shown: str
) -> None:
    answer = browse(people.seller_contact).post(f"/rewards/{reward}/calculation", data={**SPLIT, **changed})
    assert answer.status_code == 200
    assert f'href="#{shown}"' in answer.text
    assert changed.get("costs-0-note") == "" or "增值税，发票 26370001" in answer.text
    assert "shares-2-person" not in changed or "张三" in answer.text


def test_an_objection_is_heard_and_answered(
    factory: UnitOfWorkFactory, people: People, browse: Browse, reward: int
) -> None:
    confirmed(factory, people, reward)
    worker, official = browse(people.colleague), browse(people.county_official)
    assert worker.post(f"/rewards/{reward}/object", data={"reason": ""}).status_code == 200
    assert worker.post(f"/rewards/{reward}/dismiss", data={"reason": "不"}).status_code == 409
    assert worker.post(f"/rewards/{reward}/object", data={"reason": "我做了一半"}).status_code == 303
    assert "我做了一半" in official.get(f"/rewards/{reward}").text
    assert official.post(f"/rewards/{reward}/dismiss", data={"reason": "记录相符"}).status_code == 303
    assert state_of(factory, reward) is RewardState.PUBLISHED


@pytest.mark.parametrize("who", ["company", "stranger", "loner", "other_official", "administrator"])
def test_who_has_no_part_in_it_sees_nothing(
    factory: UnitOfWorkFactory, people: People, browse: Browse, reward: int, who: str
) -> None:
    confirmed(factory, people, reward)
    browser = browse(getattr(people, who))
    assert [browser.get(f"/rewards/{reward}{more}").status_code for more in ("", "/calculation")] == [404, 404]
    assert browser.post("/rewards/lines/1/confirm").status_code == 404
    assert f"/rewards/{reward}" not in browser.get("/rewards").text


def test_a_voucher_is_for_the_person_the_unit_and_the_official(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock, reward: int
) -> None:
    approved(factory, people, clock, reward)
    payout_id = paid(factory, people, reward, 0, 0, date(2026, 12, 6))
    may = (people.worker, people.seller_contact, people.county_official)
    answers = [browse(one).get(f"/rewards/payouts/{payout_id}/voucher", buffered=True).status_code for one in may]
    assert answers == [200, 200, 200]
    assert browse(people.colleague).get(f"/rewards/payouts/{payout_id}/voucher").status_code == 404


def test_a_colleague_sees_the_split_and_not_the_tax(
    factory: UnitOfWorkFactory, people: People, browse: Browse, clock: SetClock, reward: int
) -> None:
    approved(factory, people, clock, reward)
    payout_id = paid(factory, people, reward, 0, 566_667, date(2026, 12, 6))
    worker, colleague = browse(people.worker), browse(people.colleague)
    assert "¥ 5,666.67" in worker.get(f"/rewards/{reward}").text
    page = colleague.get(f"/rewards/{reward}").text
    assert ("¥ 56,666.67" in page, "¥ 5,666.67" in page, "¥ 51,000.00" in page) == (True, False, False)
    unit = browse(people.seller_contact)
    assert unit.post(f"/rewards/payouts/{payout_id}/reverse", data={"reason": ""}).status_code == 200
    assert unit.post(f"/rewards/payouts/{payout_id}/reverse", data={"reason": "税额填错"}).status_code == 303
    assert "税额填错" in worker.get(f"/rewards/{reward}").text


def test_who_made_it_sees_the_money_before_it_is_calculated(people: People, browse: Browse, reward: int) -> None:
    worker = browse(people.worker)
    assert "¥ 180,000.00" in worker.get(f"/rewards/{reward}").text
    assert "尚未计算" in worker.get("/rewards").text
    assert "变压器油箱自动焊接工装" in browse(people.seller_contact).get("/deals/1/rewards").text
    assert "变压器油箱自动焊接工装" not in browse(people.company).get("/deals/1/rewards").text


def test_a_unit_files_its_rule(factory: UnitOfWorkFactory, people: People, browse: Browse) -> None:
    with factory.reading() as uow:
        path = f"/organisations/{people.buyer_id}/reward-rules"
        assert uow.actor.is_system
    rule = {
        "basis": "unit_rule",
        "title": "奖励办法",
        "share": "33.5",
        "quote": "净收入的33.5%",
        "valid_from": "2026-01-01",
    }
    admin = browse(people.company_admin)
    wrong = admin.post(path, data={**rule, "share": "101", "file": paper()})
    assert (wrong.status_code, 'href="#share"' in wrong.text, "奖励办法" in wrong.text) == (200, True, True)
    assert admin.post(path, data={**rule, "file": paper()}).status_code == 303
    assert "33.5%" in browse(people.company).get(path).text
    assert browse(people.company).post(path, data={**rule, "file": paper()}).status_code == 403
    assert [browse(one).get(path).status_code for one in (people.stranger, people.worker)] == [404, 404]
    assert admin.post("/reward-rules/1/end").status_code == 303
    assert admin.post("/reward-rules/1/end").status_code == 409


def test_what_is_calculated_is_not_calculated_by_others(
    factory: UnitOfWorkFactory, people: People, browse: Browse, reward: int
) -> None:
    calculate(factory, people, reward)
    assert browse(people.worker).get(f"/rewards/{reward}/calculation").status_code == 409
    assert browse(people.worker).post(f"/rewards/{reward}/approve").status_code == 409
