"""The stop "Reward" of a deal's track bar moves with what the makers get, and is done once they have it."""

from datetime import date

from sqlalchemy import select

from marketplace.deals import service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.payments.models import Receipt
from marketplace.rewards import payouts
from tests.factories import lines_of, make_payment, stop_of
from tests.paying import TODAY, refund
from tests.personas import People
from tests.rewarding import Drain, approved, licensed, paid, the_reward

DAY = date(2026, 12, 6)


def stop(factory: UnitOfWorkFactory, people: People, deal_id: int) -> str:
    return stop_of(factory, people, deal_id, "Reward")


def test_it_is_done_once_the_deal_is_and_everybody_has_said_that_his_share_arrived(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    deal_id = licensed(factory, people)
    assert stop(factory, people, deal_id) == "waiting"
    make_payment(factory, people, lines_of(factory, deal_id)[0].id, 18_000_000, TODAY)
    drain()
    assert stop(factory, people, deal_id) == "current"
    reward_id = the_reward(factory)
    approved(factory, people, clock, reward_id)
    theirs = [paid(factory, people, reward_id, place, 1_000, DAY) for place in (0, 1)]
    for who, payout_id in zip((people.worker, people.colleague), theirs, strict=True):
        assert stop(factory, people, deal_id) == "current", "the unit says it has paid, not everybody that it arrived"
        with factory.writing(who) as uow:
            payouts.answer(uow, payout_id, "acknowledge")
    assert stop(factory, people, deal_id) == "current", "as long as the deal is open, another payment may come"
    for action in ("perform", "accept_delivery", "complete"):
        with factory.writing(people.company) as uow:
            service.take(uow, deal_id, action)
    assert stop(factory, people, deal_id) == "done"


def test_it_waits_again_once_the_only_reward_has_lapsed(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    deal_id = licensed(factory, people)
    make_payment(factory, people, lines_of(factory, deal_id)[0].id, 18_000_000, TODAY)
    drain()
    with factory.reading() as uow:
        receipt_id = uow.session.scalar(select(Receipt.id)) or 0
    refund(factory, people, receipt_id, 18_000_000)
    drain()
    assert stop(factory, people, deal_id) == "waiting"
