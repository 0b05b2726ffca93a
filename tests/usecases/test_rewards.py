"""The worker's share: which rule gives it, how it is reckoned, and what cannot be."""

import pytest
from sqlalchemy import select

from marketplace.contracts.rules import ContractType
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import InvalidInput
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import OrganisationKind
from marketplace.payments.models import Receipt
from marketplace.results.rules import Ownership
from marketplace.rewards.calculating import Cost, Share
from marketplace.rewards.models import Reward
from marketplace.rewards.rules import Basis, CostKind, RewardState, Role
from marketplace.rewards.service import lines_of
from marketplace.rewards.unit_rules import rule_for
from tests.amending import amend
from tests.factories import lines_of as milestones_of
from tests.factories import make_payment, make_signed
from tests.paying import BY_PLAN, TODAY
from tests.personas import People
from tests.rewarding import Drain, calculate, file_rule, refused, sold

pytestmark = pytest.mark.usefixtures("both_ways_agree")


def test_money_that_is_verified_triggers_a_reward_once(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    reward_id = sold(factory, people, drain)
    with factory.reading() as uow:
        reward = uow.session.scalars(select(Reward)).one()
    assert (reward.id, reward.state, reward.received_fen) == (reward_id, RewardState.TRIGGERED, 18_000_000)
    assert reward.organisation_id == people.seller_id


def test_a_worker_who_sells_his_own_result_is_owed_nothing_by_his_unit(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    assert sold(factory, people, drain, ownership=Ownership.NON_SERVICE) == 0


def test_the_law_gives_half_of_what_is_left_after_the_costs_to_the_fen(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    """By hand: 180,000.00 − 10,000.01 = 169,999.99; half is 84,999.995, so 85,000.00; 2 : 1 is 56,666.67 and 28,333.33."""
    reward_id = sold(factory, people, drain)
    calculate(factory, people, reward_id)
    with factory.reading() as uow:
        reward = uow.session.get_one(Reward, reward_id)
        parts = [line.fen for line in lines_of(uow, reward)]
    assert (reward.net_fen, reward.pool_fen, reward.share_bp) == (16_999_999, 8_500_000, 5000)
    assert (reward.basis, "第四十五条" in reward.rule_title) == (Basis.STATUTORY, True)
    assert parts == [5_666_667, 2_833_333]


@pytest.mark.parametrize(
    ("filed", "contract_type", "basis", "share_bp"),
    [
        ([(Basis.UNIT_RULE, 3000)], ContractType.LICENCE, Basis.UNIT_RULE, 3000),
        (
            [(Basis.COLLECTIVE_CONTRACT, 3500), (Basis.UNIT_RULE, 3000)],
            ContractType.LICENCE,
            Basis.COLLECTIVE_CONTRACT,
            3500,
        ),
        ([(Basis.UNIT_RULE, 3000), (Basis.UNIT_RULE, 3200)], ContractType.SERVICE, Basis.UNIT_RULE, 3200),
        ([], ContractType.LICENCE, Basis.STATUTORY, 5000),
    ],
)
def test_agreement_before_rule_before_law(
    factory: UnitOfWorkFactory,
    people: People,
    drain: Drain,
    clock: SetClock,
    filed: list[tuple[Basis, int]],
    contract_type: ContractType,
    basis: Basis,
    share_bp: int,
) -> None:
    clock.forward(days=-2)
    for kind, share in filed:
        file_rule(factory, people, kind, share)
    clock.forward(days=2)
    reward_id = sold(factory, people, drain, contract_type)
    calculate(factory, people, reward_id)
    with factory.reading() as uow:
        reward = uow.session.get_one(Reward, reward_id)
    assert (reward.basis, reward.share_bp) == (basis, share_bp)


def test_a_rule_that_is_filed_once_the_result_is_sold_does_not_count(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    reward_id = sold(factory, people, drain)
    file_rule(factory, people, Basis.UNIT_RULE, 100)
    calculate(factory, people, reward_id)
    with factory.reading() as uow:
        assert uow.session.get_one(Reward, reward_id).basis is Basis.STATUTORY


def test_no_amendment_lets_a_unit_come_with_a_smaller_share(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    """The line of an amendment is shared by the rule that was filed when the contract came into force."""
    deal_id = make_signed(factory, people, BY_PLAN)
    file_rule(factory, people, Basis.UNIT_RULE, 100)
    amend(factory, people, deal_id)
    make_payment(factory, people, milestones_of(factory, deal_id)[3].id, 6_000_000, TODAY)
    drain()
    with factory.reading() as uow:
        reward = uow.session.scalars(select(Reward)).one()
        found = rule_for(uow, uow.session.get_one(Receipt, reward.receipt_id))
    assert reward.received_fen == 6_000_000
    assert found is not None
    assert found.share_bp == 5000


def test_an_institute_gives_no_less_than_the_law(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.seller_id).kind = OrganisationKind.INSTITUTE
    clock.forward(days=-2)
    file_rule(factory, people, Basis.UNIT_RULE, 3000)
    clock.forward(days=2)
    reward_id = sold(factory, people, drain)
    calculate(factory, people, reward_id)
    with factory.reading() as uow:
        reward = uow.session.get_one(Reward, reward_id)
    assert (reward.basis, reward.share_bp) == (Basis.STATUTORY, 5000)


def test_where_nothing_says_anything_the_unit_decides_and_says_why(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    reward_id = sold(factory, people, drain, ContractType.CONSULTING)
    error = refused(lambda: calculate(factory, people, reward_id), InvalidInput)
    assert isinstance(error, InvalidInput)
    assert set(error.fields) == {"share"}
    calculate(factory, people, reward_id, decided_bp=2000, decided_why="厂务会决定，按净收入的20%奖励")
    with factory.reading() as uow:
        reward = uow.session.get_one(Reward, reward_id)
    assert (reward.basis, reward.share_bp) == (Basis.DECISION, 2000)


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"costs": (Cost(CostKind.TAX, 18_000_000, "税"),)}, "costs"),
        ({"costs": (Cost(CostKind.TAX, 100, " "),)}, "costs"),
        ({"shares": ()}, "shares"),
        ({"shares": (Share("王建国", Role.CONTRIBUTOR, 1, 1),)}, "shares"),
    ],
)
def test_what_cannot_be_is_refused(
    factory: UnitOfWorkFactory, people: People, drain: Drain, other: dict[str, object], field: str
) -> None:
    reward_id = sold(factory, people, drain)
    error = refused(lambda: calculate(factory, people, reward_id, **other), InvalidInput)
    assert isinstance(error, InvalidInput)
    assert set(error.fields) == {field}
