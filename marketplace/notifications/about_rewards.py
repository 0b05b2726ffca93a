"""Notices about rewards: whoever made a result hears of every step, and the unit of what it has to do."""

from collections.abc import Iterator

from sqlalchemy import select

from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, exact_amount, on_day
from marketplace.notifications.audience import NOBODY, People, officials, speakers
from marketplace.notifications.notices import Notice, reward_path
from marketplace.results.models import Contributor
from marketplace.rewards.by_contract import agreed_shares
from marketplace.rewards.events import PayoutMoved, RewardMoved
from marketplace.rewards.models import Payout, Reward, RewardLine, RewardStep

TO_UNIT = {
    "trigger": N_("“%(title)s”: money was received. Your unit now calculates the reward of those who made it."),
    "object": N_("“%(title)s”: there is an objection to the reward: %(reason)s"),
    "hold": N_("“%(title)s”: a refund was verified, so what is not paid of the reward is held."),
}
TO_PEOPLE = {
    "trigger": N_(
        "“%(title)s”: money was received. Your unit calculates the reward; you will be asked about the split."
    ),
    "calculate": N_("“%(title)s”: your part of the reward is calculated. Please look at it and confirm, or object."),
    "publish": N_("“%(title)s”: the split is published. Objections are possible until %(day)s."),
    "object": N_("“%(title)s”: somebody has objected to the reward: %(reason)s"),
    "dismiss": N_("“%(title)s”: an official does not follow the objection: %(reason)s"),
    "approve": N_("“%(title)s”: the reward is approved and will be paid."),
    "reopen": N_("“%(title)s”: after a refund the reward is calculated again."),
    "hold": N_("“%(title)s”: a refund was verified, so what is not paid of the reward is held."),
    "release": N_("“%(title)s”: the reward is paid all the same: %(reason)s"),
    "pass": N_("“%(title)s”: the split is published without the missing words: %(reason)s"),
    "revoke": N_("“%(title)s”: what was not paid of the reward is taken back: %(reason)s"),
}
_AS_SIGNED = N_(
    "“%(title)s”: money was received. Your unit calculates the reward as the contract says that you have signed."
)
BY_CONTRACT = {action: said for action, said in TO_PEOPLE.items() if action != "calculate"} | {"trigger": _AS_SIGNED}
"""What they have signed they need not confirm: it is published at once, and that they are told."""
TO_OFFICIALS = {
    "object": N_("“%(title)s”: an objection to a reward waits for you: %(reason)s"),
    "hold": N_(
        "“%(title)s”: a refund was verified. Decide whether what is not paid of the reward is paid all the same."
    ),
}
PAID = N_("“%(title)s”: %(amount)s of your reward was paid, after income tax. Has it arrived?")
TAKEN_BACK = N_("“%(title)s”: the record of a payment to you was taken back: %(reason)s")
DENIED = N_("“%(title)s”: the worker says that the reward has not arrived: %(reason)s")


def moved(uow: UnitOfWork, event: RewardMoved) -> Iterator[Notice]:
    """The reward took a step."""
    reward = uow.session.get_one(Reward, event.reward_id)
    deal = uow.session.get_one(Deal, event.deal_id)
    url, params = reward_path(reward.id), _params(deal, reward, _said(uow, event))
    unit, people = speakers(uow.session, deal.seller_party_id), _people(uow, reward)
    if event.action in TO_UNIT:
        yield Notice(unit, TO_UNIT[event.action], url, params)
    to_people = BY_CONTRACT if agreed_shares(uow.session, reward) else TO_PEOPLE
    if event.action in to_people:
        yield Notice(people - (unit if event.action in TO_UNIT else NOBODY), to_people[event.action], url, params)
    if event.action in TO_OFFICIALS:
        yield Notice(officials(uow.session, deal.seller_county), TO_OFFICIALS[event.action], url, params)


def payout_moved(uow: UnitOfWork, event: PayoutMoved) -> Iterator[Notice]:
    """A person was paid, or says that he was not."""
    payout = uow.session.get_one(Payout, event.payout_id)
    reward = uow.session.get_one(Reward, event.reward_id)
    deal = uow.session.get_one(Deal, reward.deal_id)
    line = uow.session.get_one(RewardLine, payout.line_id)
    net = exact_amount(event.gross_fen - event.tax_fen)
    params: Params = {"title": deal.title, "amount": net, "reason": payout.reason}
    url = reward_path(reward.id)
    if event.action == "pay":
        yield Notice(frozenset({line.user_id}) if line.user_id else NOBODY, PAID, url, params)
    if event.action == "reverse" and line.user_id:
        yield Notice(frozenset({line.user_id}), TAKEN_BACK, url, params)
    if event.action == "deny":
        told = speakers(uow.session, deal.seller_party_id) | officials(uow.session, deal.seller_county)
        yield Notice(told, DENIED, url, params)


def _said(uow: UnitOfWork, event: RewardMoved) -> str:
    """The words that went with the step that is told of: the latest of its kind."""
    steps = select(RewardStep.reason).where(RewardStep.reward_id == event.reward_id, RewardStep.action == event.action)
    return uow.session.scalar(steps.order_by(RewardStep.id.desc()).limit(1)) or ""


def _params(deal: Deal, reward: Reward, reason: str) -> Params:
    known: Params = {"title": deal.title, "reason": reason}
    return {**known, "day": on_day(reward.objections_until)} if reward.objections_until else known


def _people(uow: UnitOfWork, reward: Reward) -> People:
    """Those with a line; before there is one, those to whom the contract gives a share, or whom the result names."""
    lines = select(RewardLine.user_id).where(RewardLine.reward_id == reward.id, RewardLine.round == reward.round)
    named = select(Contributor.user_id).where(Contributor.result_id == reward.result_id)
    if not reward.round and (agreed := agreed_shares(uow.session, reward)):
        return frozenset(one.user_id for one in agreed)
    found = uow.session.scalars(lines if reward.round else named)
    return frozenset(user_id for user_id in found if user_id is not None)
