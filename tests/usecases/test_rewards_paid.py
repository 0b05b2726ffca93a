"""A reward is confirmed, published, objected to, approved and paid; and what a refund does to it."""

from datetime import date

import pytest
from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.ledger.rules import Account
from marketplace.payments.models import Receipt
from marketplace.rewards import confirming, payouts
from marketplace.rewards.calculating import Share
from marketplace.rewards.models import Payout, Reward
from marketplace.rewards.rules import PayoutState, RewardState, Role
from marketplace.rewards.service import follow, lines_of
from tests.paying import TODAY, refund
from tests.personas import People
from tests.rewarding import (
    Drain,
    accounts,
    approved,
    calculate,
    confirm,
    confirmed,
    paid,
    paper,
    refused,
    shares,
    sold,
    state_of,
    the_receipt,
)

pytestmark = pytest.mark.usefixtures("both_ways_agree")


def test_everybody_confirms_then_it_is_published_and_approved_when_nobody_objects(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    reward_id = sold(factory, people, drain)
    calculate(factory, people, reward_id)
    refused(lambda: confirm(factory, people.colleague, reward_id, 0), NotPermitted)
    confirm(factory, people.worker, reward_id, 0)
    assert state_of(factory, reward_id) is RewardState.CONFIRMING
    confirm(factory, people.colleague, reward_id, 1)
    assert state_of(factory, reward_id) is RewardState.PUBLISHED
    clock.forward(days=15)
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: confirming.approve(uow, reward_id), Conflict)
    assert accounts(factory) == {Account.RECEIVED: 18_000_000}
    clock.forward(days=1)
    with factory.writing(people.worker) as uow:
        refused(lambda: confirming.approve(uow, reward_id), NotPermitted)
    with factory.writing(people.seller_contact) as uow:
        confirming.approve(uow, reward_id)
    assert accounts(factory) == {Account.RECEIVED: 8_499_999, Account.COSTS: 1_000_001, Account.AWARDED: 8_500_000}


def test_an_objection_stops_it_until_it_is_answered(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    reward_id = sold(factory, people, drain)
    confirmed(factory, people, reward_id)
    for outsider in (people.company, people.stranger, people.loner):
        with factory.writing(outsider) as uow:
            refused(lambda who=uow: confirming.object_to(who, reward_id, "不公平"), NotFound)  # type: ignore[misc]
    with factory.writing(people.colleague) as uow:
        refused(lambda: confirming.object_to(uow, reward_id, " "), InvalidInput)
        confirming.object_to(uow, reward_id, "我做了一半的工作")
    clock.forward(days=20)
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: confirming.approve(uow, reward_id), Conflict)
    with factory.writing(people.county_official) as uow:
        confirming.dismiss(uow, reward_id, "已查看原始记录，分配与贡献相符")
    assert state_of(factory, reward_id) is RewardState.PUBLISHED
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: confirming.approve(uow, reward_id), Conflict)


def test_a_new_calculation_is_confirmed_anew(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    reward_id = sold(factory, people, drain)
    calculate(factory, people, reward_id)
    confirm(factory, people.worker, reward_id, 0)
    calculate(factory, people, reward_id, shares=shares(people, 1, 1))
    with factory.reading() as uow:
        lines = lines_of(uow, uow.session.get_one(Reward, reward_id))
    assert [(line.fen, line.confirmed_at) for line in lines] == [(4_250_000, None), (4_250_000, None)]


def test_who_has_no_account_confirms_on_paper(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    reward_id = sold(factory, people, drain)
    supporter = Share("退休老师傅刘德", Role.SUPPORTER, 1)
    calculate(factory, people, reward_id, shares=(*shares(people, 2, 1), supporter))
    confirm(factory, people.worker, reward_id, 0)
    confirm(factory, people.colleague, reward_id, 1)
    with factory.writing(people.seller_contact) as uow:
        lines = lines_of(uow, uow.session.get_one(Reward, reward_id))
        refused(lambda: confirming.confirm_on_paper(uow, lines[0].id, paper()), NotPermitted)
    with factory.writing(people.worker) as uow:
        refused(lambda: confirming.confirm_on_paper(uow, lines[2].id, paper()), NotPermitted)
    with factory.writing(people.seller_contact) as uow:
        confirming.confirm_on_paper(uow, lines[2].id, paper())
    assert state_of(factory, reward_id) is RewardState.PUBLISHED


def test_each_is_paid_net_of_tax_and_says_so(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    reward_id = sold(factory, people, drain)
    approved(factory, people, clock, reward_id)
    day = date(2026, 12, 6)
    first = paid(factory, people, reward_id, 0, 566_667, day)
    assert accounts(factory)[Account.PAID_OUT] == 5_100_000
    assert accounts(factory)[Account.TAX] == 566_667
    refused(lambda: paid(factory, people, reward_id, 0, 0, day), Conflict)
    with factory.writing(people.colleague) as uow:
        refused(lambda: payouts.answer(uow, first, "acknowledge"), NotPermitted)
    with factory.writing(people.worker) as uow:
        payouts.answer(uow, first, "deny", "卡上没有收到")
    with factory.writing(people.worker) as uow:
        payouts.answer(uow, first, "acknowledge")
    second = paid(factory, people, reward_id, 1, 0, day)
    with factory.writing(people.colleague) as uow:
        payouts.answer(uow, second, "acknowledge")
    with factory.reading() as uow:
        states = set(uow.session.scalars(select(Payout.state)))
    assert states == {PayoutState.ACKNOWLEDGED}
    assert Account.AWARDED not in accounts(factory)


def test_nothing_is_paid_before_it_is_approved(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    reward_id = sold(factory, people, drain)
    confirmed(factory, people, reward_id)
    refused(lambda: paid(factory, people, reward_id, 0, 0, TODAY), Conflict)


def test_a_refund_before_the_approval_has_it_reckoned_again(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    reward_id = sold(factory, people, drain)
    confirmed(factory, people, reward_id)
    refund(factory, people, the_receipt(factory, reward_id), 8_000_000)
    drain()
    with factory.reading() as uow:
        reward = uow.session.get_one(Reward, reward_id)
    assert (reward.state, reward.received_fen, reward.pool_fen) == (RewardState.TRIGGERED, 10_000_000, None)
    refund(factory, people, the_receipt(factory, reward_id), 10_000_000)
    drain()
    assert state_of(factory, reward_id) is RewardState.REVOKED


def test_a_refund_after_the_approval_holds_what_is_not_paid(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    reward_id = sold(factory, people, drain)
    approved(factory, people, clock, reward_id)
    paid(factory, people, reward_id, 1, 0, date(2026, 12, 6))
    refund(factory, people, the_receipt(factory, reward_id), 18_000_000)
    drain()
    assert state_of(factory, reward_id) is RewardState.HELD
    refused(lambda: paid(factory, people, reward_id, 0, 0, date(2026, 12, 6)), Conflict)
    with factory.writing(people.county_official) as uow:
        payouts.revoke(uow, reward_id, "合同解除，价款已全部退还")
    assert accounts(factory) == {Account.RECEIVED: -2_833_333, Account.PAID_OUT: 2_833_333, Account.OWED: 18_000_000}


def verified_refund(factory: UnitOfWorkFactory, people: People, reward_id: int, fen: int) -> int:
    """A refund that is verified and that the worker has not heard of."""
    return refund(factory, people, the_receipt(factory, reward_id), fen)


def test_while_a_refund_is_not_followed_yet_nothing_is_approved_or_paid(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    reward_id = sold(factory, people, drain)
    confirmed(factory, people, reward_id)
    clock.forward(days=16)
    verified_refund(factory, people, reward_id, 18_000_000)
    with pytest.raises(Conflict), factory.writing(people.seller_contact) as uow:
        confirming.approve(uow, reward_id)
    drain()
    assert state_of(factory, reward_id) is RewardState.REVOKED


def test_a_refund_that_is_followed_before_its_payment_leaves_nothing_to_share(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    reward_id = sold(factory, people, drain, drained=False)
    assert reward_id == 0
    with factory.reading() as uow:
        payment_id = uow.session.scalars(select(Receipt.id)).one()
    refund_id = refund(factory, people, payment_id, 8_000_000)
    with factory.writing() as uow:
        follow(uow, refund_id)
        follow(uow, payment_id)
    drain()
    with factory.reading() as uow:
        reward = uow.session.scalars(select(Reward)).one()
    assert (reward.received_fen, reward.state) == (10_000_000, RewardState.TRIGGERED)


def test_what_is_paid_in_full_is_not_held_and_what_was_released_not_again(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    reward_id = sold(factory, people, drain)
    approved(factory, people, clock, reward_id)
    paid(factory, people, reward_id, 0, 0, date(2026, 12, 6))
    first = verified_refund(factory, people, reward_id, 1)
    drain()
    assert state_of(factory, reward_id) is RewardState.HELD
    with factory.writing(people.county_official) as uow:
        payouts.release(uow, reward_id, "退款与奖酬无关")
    with factory.writing() as uow:
        follow(uow, first)
    assert state_of(factory, reward_id) is RewardState.APPROVED
    paid(factory, people, reward_id, 1, 0, date(2026, 12, 6))
    verified_refund(factory, people, reward_id, 1)
    drain()
    assert state_of(factory, reward_id) is RewardState.APPROVED


def test_a_mistake_is_taken_back_and_paid_anew(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    reward_id = sold(factory, people, drain)
    approved(factory, people, clock, reward_id)
    day = date(2026, 12, 6)
    wrong = paid(factory, people, reward_id, 0, 5_666_666, day)
    with factory.writing(people.worker) as uow:
        refused(lambda: payouts.reverse(uow, wrong, "错了"), NotPermitted)
    with factory.writing(people.seller_contact) as uow:
        payouts.reverse(uow, wrong, "个人所得税填错")
    assert accounts(factory).get(Account.PAID_OUT) is None
    paid(factory, people, reward_id, 0, 566_667, day)
    assert accounts(factory)[Account.TAX] == 566_667


def test_who_never_answers_does_not_stop_the_others_for_good(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    reward_id = sold(factory, people, drain)
    calculate(factory, people, reward_id)
    confirm(factory, people.worker, reward_id, 0)
    with factory.writing(people.county_official) as uow:
        refused(lambda: confirming.publish_without(uow, reward_id, "李秀英已离职"), Conflict)
    clock.forward(days=16)
    with factory.writing(people.county_official) as uow:
        confirming.publish_without(uow, reward_id, "李秀英已离职，多次联系未果，份额保留")
    clock.forward(days=16)
    with factory.writing(people.seller_contact) as uow:
        confirming.approve(uow, reward_id)
    assert accounts(factory)[Account.AWARDED] == 8_500_000


def test_nobody_decides_as_an_official_about_what_he_gets_himself(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    reward_id = sold(factory, people, drain)
    official = Share(people.county_official.name, Role.SUPPORTER, 1, people.county_official.user_id)
    calculate(factory, people, reward_id, shares=(*shares(people, 2, 1), official))
    with factory.writing(people.colleague) as uow:
        confirming.object_to(uow, reward_id, "为什么有他？")
    with factory.writing(people.county_official) as uow:
        refused(lambda: confirming.dismiss(uow, reward_id, "有贡献"), NotPermitted)


def test_who_calculates_from_an_old_page_is_told(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    reward_id = sold(factory, people, drain)
    calculate(factory, people, reward_id)
    refused(lambda: calculate(factory, people, reward_id, round=0), Conflict)
