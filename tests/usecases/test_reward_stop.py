"""The stop "Reward" of a deal's track bar moves with what the makers get, and is done once they have it."""

from datetime import date

from sqlalchemy import select

from marketplace.deals import service
from marketplace.deals.queries import room
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.kernel.wording import Params
from marketplace.payments.models import Receipt
from marketplace.rewards import confirming, payouts
from marketplace.rewards.models import RewardLine
from tests.factories import lines_of, make_payment, stop_of
from tests.paying import TODAY, refund
from tests.personas import People
from tests.rewarding import Drain, approved, calculate, confirm, licensed, paid, the_reward

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


def waits_for(factory: UnitOfWorkFactory, who: Actor, deal_id: int) -> tuple[str, Params]:
    """What the stop says is missing, as somebody reads it."""
    with factory.reading(who) as uow:
        (stop,) = [one for one in room(uow, deal_id).stages if one.label == "Reward"]
        return stop.missing, stop.params


def test_it_says_whose_step_is_missing_by_name_to_whoever_sees_the_reward(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    deal_id = licensed(factory, people)
    seller, names = people.seller_contact, {"names": f"{people.worker.name}、{people.colleague.name}"}
    assert waits_for(factory, seller, deal_id) == ("", {})
    make_payment(factory, people, lines_of(factory, deal_id)[0].id, 18_000_000, TODAY)
    drain()
    reward_id = the_reward(factory)
    assert waits_for(factory, seller, deal_id)[0] == "The seller has to calculate the share of the makers."
    calculate(factory, people, reward_id)
    assert waits_for(factory, seller, deal_id) == ("Have not confirmed their part of the split yet: %(names)s.", names)
    assert waits_for(factory, people.company, deal_id) == (
        "The next step is with: %(who)s.",
        {"who": {"words": ["Makers of the result"]}},
    ), "who gets a share is no matter of the buyer's"
    confirm(factory, people.worker, reward_id, 0)
    confirm(factory, people.colleague, reward_id, 1)
    assert waits_for(factory, seller, deal_id)[0].startswith("The split is published; objections are possible until")
    clock.forward(days=16)
    assert waits_for(factory, seller, deal_id)[0] == "The seller has to approve the split."
    with factory.writing(seller) as uow:
        confirming.approve(uow, reward_id)
    assert waits_for(factory, seller, deal_id) == ("The seller has to pay out the share of: %(names)s.", names)
    theirs = [paid(factory, people, reward_id, place, 1_000, DAY) for place in (0, 1)]
    with factory.writing(people.worker) as uow:
        payouts.answer(uow, theirs[0], "acknowledge")
    colleague = {"names": people.colleague.name}
    arrived = "Have not said yet that their share has arrived: %(names)s."
    assert waits_for(factory, seller, deal_id) == (arrived, colleague)
    with factory.writing(people.colleague) as uow:
        payouts.answer(uow, theirs[1], "deny", "没有收到")
    assert waits_for(factory, seller, deal_id) == ("Say that their share has not arrived: %(names)s.", colleague)
    with factory.writing(people.colleague) as uow:
        payouts.answer(uow, theirs[1], "acknowledge")
    assert waits_for(factory, seller, deal_id)[0].startswith("All shares so far are settled.")


def test_who_has_no_account_cannot_say_it_and_keeps_no_stop_open(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    deal_id = licensed(factory, people)
    make_payment(factory, people, lines_of(factory, deal_id)[0].id, 18_000_000, TODAY)
    drain()
    reward_id = the_reward(factory)
    approved(factory, people, clock, reward_id)
    with factory.writing() as uow:
        for line in uow.session.scalars(select(RewardLine).where(RewardLine.user_id == people.colleague.user_id)):
            line.user_id = None
    theirs = [paid(factory, people, reward_id, place, 1_000, DAY) for place in (0, 1)]
    with factory.writing(people.worker) as uow:
        payouts.answer(uow, theirs[0], "acknowledge")
    for action in ("perform", "accept_delivery", "complete"):
        with factory.writing(people.company) as uow:
            service.take(uow, deal_id, action)
    assert stop(factory, people, deal_id) == "done"
