"""Steps of a reward, and what the ledger holds after them, for tests of the worker's share."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.contracts.rules import ContractType
from marketplace.contracts.terms import Terms
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import DomainError
from marketplace.kernel.permissions import Actor
from marketplace.ledger.queries import balances
from marketplace.ledger.rules import Account
from marketplace.results.models import Contributor
from marketplace.rewards import calculating, confirming, payouts, unit_rules
from marketplace.rewards.calculating import Calculation, Cost, Share
from marketplace.rewards.models import Reward
from marketplace.rewards.payouts import PaidOut
from marketplace.rewards.rules import Basis, CostKind, RewardState, Role
from marketplace.rewards.service import lines_of
from marketplace.rewards.unit_rules import RuleText
from tests.factories import TERMS, VOUCHER, make_payment, make_result, make_signed
from tests.factories import lines_of as milestones_of
from tests.paying import TODAY
from tests.personas import People

Drain = Callable[[], int]
COSTS = (Cost(CostKind.TAX, 1_000_001, "增值税及附加，发票号 26370001"),)


def sold(
    factory: UnitOfWorkFactory,
    people: People,
    drain: Drain,
    contract_type: ContractType = ContractType.LICENCE,
    *,
    drained: bool = True,
    **values: Any,
) -> int:
    """A service result of worker and colleague is licensed and paid: 180,000 yuan. Returns the reward's id, 0 without one."""
    deal_id = licensed(factory, people, contract_type, **values)
    make_payment(factory, people, milestones_of(factory, deal_id)[0].id, 18_000_000, TODAY)
    if drained:
        drain()
    return the_reward(factory)


def licensed(
    factory: UnitOfWorkFactory,
    people: People,
    contract_type: ContractType = ContractType.LICENCE,
    *,
    terms: Terms = TERMS,
    **values: Any,
) -> int:
    """A service result of worker and colleague is licensed for 180,000 yuan, in one line. Returns the deal's id."""
    result_id = make_result(factory, people, **values)
    with factory.writing() as uow:
        for place, who in enumerate((people.worker, people.colleague), 1):
            uow.session.add(Contributor(result_id=result_id, place=place, name=who.name, user_id=who.user_id))
    return make_signed(factory, people, replace(terms, contract_type=contract_type), result_id=result_id)


def the_reward(factory: UnitOfWorkFactory) -> int:
    """The only reward's id, 0 while there is none."""
    with factory.reading() as uow:
        return uow.session.scalar(select(Reward.id)) or 0


def shares(people: People, *weights: int) -> tuple[Share, ...]:
    both = (people.worker, people.colleague)
    return tuple(
        Share(who.name, Role.CONTRIBUTOR, weight, who.user_id) for who, weight in zip(both, weights, strict=True)
    )


def calculate(factory: UnitOfWorkFactory, people: People, reward_id: int, **other: object) -> None:
    with factory.reading() as uow:
        seen = uow.session.get_one(Reward, reward_id).round
    said = replace(Calculation(COSTS, shares(people, 2, 1), seen), **other)  # type: ignore[arg-type]
    with factory.writing(people.seller_contact) as uow:
        calculating.calculate(uow, reward_id, said)


def confirm(factory: UnitOfWorkFactory, actor: Actor, reward_id: int, place: int) -> None:
    with factory.writing(actor) as uow:
        confirming.confirm_line(uow, lines_of(uow, uow.session.get_one(Reward, reward_id))[place].id)


def confirmed(factory: UnitOfWorkFactory, people: People, reward_id: int) -> None:
    calculate(factory, people, reward_id)
    confirm(factory, people.worker, reward_id, 0)
    confirm(factory, people.colleague, reward_id, 1)


def approved(factory: UnitOfWorkFactory, people: People, clock: SetClock, reward_id: int) -> None:
    confirmed(factory, people, reward_id)
    clock.forward(days=16)
    with factory.writing(people.seller_contact) as uow:
        confirming.approve(uow, reward_id)


def paid(factory: UnitOfWorkFactory, people: People, reward_id: int, place: int, tax: int, day: date) -> int:
    with factory.writing(people.seller_contact) as uow:
        line = lines_of(uow, uow.session.get_one(Reward, reward_id))[place]
        return payouts.pay(uow, line.id, PaidOut(tax, day, paper())).id


def paper() -> Upload:
    return Upload(io.BytesIO(VOUCHER), "签字.pdf")


def state_of(factory: UnitOfWorkFactory, reward_id: int) -> RewardState:
    with factory.reading() as uow:
        return uow.session.get_one(Reward, reward_id).state


def accounts(factory: UnitOfWorkFactory) -> dict[Account, int]:
    with factory.reading() as uow:
        (found,) = balances(uow.session).values()
    return {account: fen for account, fen in found.items() if fen and account is not Account.AGREED}


def refused(do: Callable[[], object], kind: type[DomainError]) -> DomainError:
    with pytest.raises(kind) as error:
        do()
    return error.value


def file_rule(factory: UnitOfWorkFactory, people: People, basis: Basis, share_bp: int, **other: object) -> None:
    admin = replace(people.seller_contact, administered_ids=frozenset({people.seller_id}))
    text = RuleText(
        basis, "职工技术创新奖励办法", "转化净收入的一定比例奖励完成人。", share_bp, date(2026, 1, 1), paper=paper()
    )
    with factory.writing(admin) as uow:
        unit_rules.file_rule(uow, people.seller_id, replace(text, **other))  # type: ignore[arg-type]


def the_receipt(factory: UnitOfWorkFactory, reward_id: int) -> int:
    with factory.reading() as uow:
        return uow.session.get_one(Reward, reward_id).receipt_id
