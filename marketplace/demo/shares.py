"""Fifth act: what was received is shared: calculated by a rule, confirmed, published, approved, paid out, acknowledged."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import select

from marketplace.deals.models import Deal
from marketplace.demo.money import vat_in
from marketplace.demo.specimen import specimen
from marketplace.demo.story import StepTold
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import china_day
from marketplace.kernel.money import parse_percent
from marketplace.organisations.models import Party
from marketplace.rewards import calculating, confirming, payouts, unit_rules
from marketplace.rewards.calculating import Calculation, Cost
from marketplace.rewards.models import Payout, Reward, RewardLine
from marketplace.rewards.payouts import PaidOut
from marketplace.rewards.rules import Basis, CostKind, PayoutState, RewardState
from marketplace.rewards.service import lines_of
from marketplace.rewards.unit_rules import RuleText

TAX_PERCENT = 20
"""Of a reward, as it is withheld in the demo: a labour income is taxed otherwise, by the rules of its year."""


def _reward(uow: UnitOfWork, deal_id: int, state: RewardState) -> Reward:
    """The oldest reward of a deal that stands there."""
    of_deal = select(Reward).where(Reward.deal_id == deal_id, Reward.state == state).order_by(Reward.id)
    return uow.session.scalars(of_deal.limit(1)).one()


def _paper(title: str, reference: str, name: str) -> Upload:
    return Upload(specimen(title, reference, "PDF"), name)


def _file_rule(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    deal = uow.session.get_one(Deal, deal_id)
    unit_id = uow.session.get_one(Party, deal.seller_party_id).organisation_id or 0
    text = RuleText(
        basis=Basis.UNIT_RULE,
        title="职工技术创新成果转化奖励办法（示范）",
        quote=step.text,
        share_bp=parse_percent(step.royalty_percent),
        valid_from=china_day(uow.now()),
        paper=_paper("RULE ON REWARDS", f"UNIT {unit_id}", "奖励办法（示范）.pdf"),
    )
    unit_rules.file_rule(uow, unit_id, text)


def _calculate(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    """The tax in the invoice is the one deduction; everybody gets an equal part, or what the contract says. Where no rule speaks,
    the step does."""
    reward = _reward(uow, deal_id, RewardState.TRIGGERED)
    shares = calculating.proposed_shares(uow, reward)
    decided = parse_percent(step.royalty_percent) if step.royalty_percent else None
    costs = [Cost(CostKind.TAX, vat_in(reward.received_fen), "增值税，见发票")]
    calculating.calculate(uow, reward.id, Calculation(costs, shares, reward.round, decided, step.text))


def _confirm_part(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    reward = _reward(uow, deal_id, RewardState.CONFIRMING)
    line = next(one for one in lines_of(uow, reward) if one.user_id == uow.actor.user_id)
    confirming.confirm_line(uow, line.id)


def _confirm_on_paper(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    """Everybody without an account."""
    reward = _reward(uow, deal_id, RewardState.CONFIRMING)
    for line in lines_of(uow, reward):
        if line.user_id is None:
            paper = _paper("SIGNED CONFIRMATION", f"LINE {line.id}", "分配确认书（示范）.pdf")
            confirming.confirm_on_paper(uow, line.id, paper)


def _approve(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    confirming.approve(uow, _reward(uow, deal_id, RewardState.PUBLISHED).id)


def _pay_out(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    """Everybody who has not been paid yet, the day before it is recorded."""
    day = china_day(uow.now()) - timedelta(days=1)
    unpaid = (
        select(RewardLine)
        .join(Reward, (Reward.id == RewardLine.reward_id) & (Reward.round == RewardLine.round))
        .outerjoin(Payout, Payout.line_id == RewardLine.id)
        .where(Reward.deal_id == deal_id, Reward.state == RewardState.APPROVED, Payout.id.is_(None))
    )
    for line in uow.session.scalars(unpaid.order_by(RewardLine.id)).all():
        paid = PaidOut(line.fen * TAX_PERCENT // 100, day, _paper("PAYOUT", f"LINE {line.id}", "兑付回单（示范）.pdf"))
        payouts.pay(uow, line.id, paid)


def _acknowledge(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    mine = (
        select(Payout.id)
        .join(RewardLine, RewardLine.id == Payout.line_id)
        .join(Reward, Reward.id == Payout.reward_id)
        .where(Reward.deal_id == deal_id, RewardLine.user_id == uow.actor.user_id, Payout.state == PayoutState.PAID)
    )
    for payout_id in uow.session.scalars(mine.order_by(Payout.id)).all():
        payouts.answer(uow, payout_id, "acknowledge")


SHARE_STEPS: Mapping[str, Callable[[UnitOfWork, int, StepTold], None]] = {
    "file_rule": _file_rule,
    "calculate": _calculate,
    "confirm_part": _confirm_part,
    "confirm_on_paper": _confirm_on_paper,
    "approve_reward": _approve,
    "pay_out": _pay_out,
    "acknowledge": _acknowledge,
}
