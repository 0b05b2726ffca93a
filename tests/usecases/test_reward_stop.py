"""The stop "Reward" of a deal's track bar moves with what the makers get, and is done once they have it."""

from datetime import date, timedelta

from sqlalchemy import select

from marketplace.contracts.rules import EndReason
from marketplace.deals import payment_service, service
from marketplace.deals.models import Deal
from marketplace.deals.queries import room
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock, china_day
from marketplace.kernel.permissions import Actor
from marketplace.kernel.wording import Params
from marketplace.payments.models import Receipt
from marketplace.payments.royalties import Figures
from marketplace.payments.rules import MilestoneState
from marketplace.rewards import confirming, payouts
from marketplace.rewards.models import Reward, RewardLine
from tests.amending import end
from tests.factories import lines_of, make_payment, stop_of
from tests.paying import BY_ROYALTY, TODAY, refund, report, verify
from tests.paying import confirm as receive
from tests.personas import People
from tests.rewarding import Drain, approved, calculate, confirm, licensed, paid, the_receipt, the_reward

DAY = date(2026, 12, 6)


def stop(factory: UnitOfWorkFactory, people: People, deal_id: int) -> str:
    return stop_of(factory, people, deal_id, "Reward")


def settled(factory: UnitOfWorkFactory, people: People, clock: SetClock, receipt_id: int) -> None:
    """The share of a receipt is paid to both, and each says that it has arrived."""
    with factory.reading() as uow:
        reward = uow.session.scalars(select(Reward).where(Reward.receipt_id == receipt_id)).one()
    approved(factory, people, clock, reward.id)
    theirs = [paid(factory, people, reward.id, place, 1_000, china_day(clock.now())) for place in (0, 1)]
    for who, payout_id in zip((people.worker, people.colleague), theirs, strict=True):
        told = "the unit says it has paid, not everybody that it arrived"
        assert stop(factory, people, reward.deal_id) == "current", told
        with factory.writing(who) as uow:
            payouts.answer(uow, payout_id, "acknowledge")


def test_it_is_done_once_the_deal_is_and_everybody_has_said_that_his_share_arrived(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    deal_id = licensed(factory, people)
    assert stop(factory, people, deal_id) == "waiting"
    make_payment(factory, people, lines_of(factory, deal_id)[0].id, 18_000_000, TODAY)
    drain()
    assert stop(factory, people, deal_id) == "current"
    settled(factory, people, clock, the_receipt(factory, the_reward(factory)))
    assert stop(factory, people, deal_id) == "current", "as long as the deal is open, another payment may come"
    for action in ("perform", "accept_delivery", "complete"):
        with factory.writing(people.company) as uow:
            service.take(uow, deal_id, action)
    assert stop(factory, people, deal_id) == "done"


def test_after_an_end_it_is_done_once_what_the_end_left_payable_is_paid_and_shared(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    deal_id = licensed(factory, people)
    end(factory, people, deal_id)
    (line,) = [one for one in lines_of(factory, deal_id) if one.state is MilestoneState.DUE]
    for fen, is_last in ((2_000_000, False), (4_000_000, True)):
        receipt_id = report(factory, people.company, line.id, fen)
        receive(factory, people.seller_contact, receipt_id)
        verify(factory, people.county_official, receipt_id)
        drain()
        settled(factory, people, clock, receipt_id)
        assert stop(factory, people, deal_id) == ("done" if is_last else "current")


def test_after_an_end_the_royalty_up_to_it_is_still_to_come(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    deal_id = licensed(factory, people, terms=BY_ROYALTY)
    receipt_id = make_payment(factory, people, lines_of(factory, deal_id)[0].id, 18_000_000, TODAY)
    drain()
    settled(factory, people, clock, receipt_id)
    with factory.writing(people.county_official) as uow:
        service.terminate(uow, deal_id, "停产", 18_000_000, EndReason.PLANS)
    assert stop(factory, people, deal_id) == "current"
    clock.forward(days=1)
    with factory.reading() as uow:
        ended_on = uow.session.get_one(Deal, deal_id).ended_on
    assert ended_on is not None
    before = ended_on - timedelta(days=1)
    for first_on, last_on in ((ended_on, ended_on), (TODAY, before)):
        assert stop(factory, people, deal_id) == "current", "figures of some days are missing"
        with factory.writing(people.company) as uow:
            statement_id = payment_service.state_royalty(uow, deal_id, Figures(first_on, last_on, 0)).id
        with factory.writing(people.seller_contact) as uow:
            payment_service.answer_royalty(uow, statement_id, "agree")
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
