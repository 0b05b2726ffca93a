"""Where those who made a result signed the contract, it says what they get: no rule is looked up, and no split is typed."""

import pytest
from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.permissions import Actor
from marketplace.notifications.models import Notification
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import OrganisationKind
from marketplace.results import service as results
from marketplace.results.models import Result
from marketplace.results.rules import Ownership
from marketplace.rewards import calculating, confirming
from marketplace.rewards.calculating import Calculation, Cost
from marketplace.rewards.models import Reward
from marketplace.rewards.queries import reward_page
from marketplace.rewards.rules import Basis, CostKind, RewardState
from marketplace.rewards.service import lines_of
from tests.factories import lines_of as milestones_of
from tests.factories import make_deal, make_payment, sign
from tests.making import himself, made_by, make_threefold, shared, sign_by_all, written
from tests.paying import TODAY, refund
from tests.personas import People
from tests.rewarding import COSTS, Drain, file_rule, refused, shares, state_of, the_receipt, the_reward

pytestmark = pytest.mark.usefixtures("both_ways_agree")


def sold_by_four(factory: UnitOfWorkFactory, people: People, drain: Drain) -> int:
    """180,000 yuan were received by a contract that gives worker 12.5 % and colleague 7.5 %. Returns the reward's id."""
    document_id = make_threefold(factory, people)
    sign_by_all(factory, people, document_id)
    return received(factory, people, drain)


def received(factory: UnitOfWorkFactory, people: People, drain: Drain) -> int:
    make_payment(factory, people, milestones_of(factory, 1)[0].id, 18_000_000, TODAY)
    drain()
    return the_reward(factory)


def calculate(
    factory: UnitOfWorkFactory, people: People, reward_id: int, costs: tuple[Cost, ...] = COSTS, **other: object
) -> None:
    with factory.reading() as uow:
        seen = uow.session.get_one(Reward, reward_id).round
    with factory.writing(people.seller_contact) as uow:
        calculating.calculate(uow, reward_id, Calculation(costs, (), seen, **other))  # type: ignore[arg-type]


def parts(factory: UnitOfWorkFactory, reward_id: int) -> list[tuple[str, int]]:
    with factory.reading() as uow:
        return [(line.name, line.fen) for line in lines_of(uow, uow.session.get_one(Reward, reward_id))]


def test_the_contract_gives_share_and_split_and_is_quoted(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    """By hand: 180,000.00 − 10,000.01 = 169,999.99; 20 % is 33,999.998, so 34,000.00; 12.5 : 7.5 is 21,250 and 12,750."""
    reward_id = sold_by_four(factory, people, drain)
    calculate(factory, people, reward_id)
    with factory.reading() as uow:
        reward = uow.session.get_one(Reward, reward_id)
    assert (reward.basis, reward.share_bp, reward.rule_id) == (Basis.AGREEMENT, 2000, None)
    assert (reward.net_fen, reward.pool_fen) == (16_999_999, 3_400_000)
    assert reward.rule_title == "《技术许可合同》（编号：JG-000001-HT01）第九条“成果完成人的收益份额”"
    assert "丙方一（王建国）：净收入的12.5%（百分之十二点五）" in reward.rule_quote
    assert parts(factory, reward_id) == [("王建国", 2_125_000), ("李秀英", 1_275_000)]


def test_who_signed_the_contract_is_told_of_the_money_though_the_result_names_him_no_more(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    document_id = make_threefold(factory, people)
    sign_by_all(factory, people, document_id)
    with factory.writing(himself(factory, people.colleague)) as uow:
        results.agree(uow, uow.session.scalars(select(Result.id)).one(), agreed=False)
    reward_id = received(factory, people, drain)
    with factory.reading(himself(factory, people.colleague)) as uow:
        assert reward_page(uow, reward_id).reward.id == reward_id
        told = select(Notification.url).where(Notification.user_id == people.colleague.user_id)
        assert f"/rewards/{reward_id}" in uow.session.scalars(told).all()


def test_it_is_published_at_once_and_nobody_is_asked_again(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    reward_id = sold_by_four(factory, people, drain)
    calculate(factory, people, reward_id)
    assert state_of(factory, reward_id) is RewardState.PUBLISHED
    drain()
    with factory.reading() as uow:
        mine = select(Notification.message).where(Notification.user_id == people.worker.user_id)
        told = list(uow.session.scalars(mine.order_by(Notification.id)))
    assert [text for text in told if "confirm" in text or "asked about" in text] == []
    assert "the split is published" in told[-1]
    clock.forward(days=16)
    with factory.writing(people.seller_contact) as uow:
        confirming.approve(uow, reward_id)
    assert state_of(factory, reward_id) is RewardState.APPROVED


def test_a_maker_objects_to_costs_and_the_next_round_is_split_the_same_way(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    reward_id = sold_by_four(factory, people, drain)
    calculate(factory, people, reward_id)
    with factory.writing(people.worker) as uow:
        confirming.object_to(uow, reward_id, "发票与扣除的税额不符。")
    calculate(factory, people, reward_id, ())
    assert state_of(factory, reward_id) is RewardState.PUBLISHED
    assert parts(factory, reward_id) == [("王建国", 2_250_000), ("李秀英", 1_350_000)]


def test_after_a_refund_it_is_reckoned_again_of_what_is_left(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    reward_id = sold_by_four(factory, people, drain)
    calculate(factory, people, reward_id)
    refund(factory, people, the_receipt(factory, reward_id), 8_000_000)
    drain()
    assert state_of(factory, reward_id) is RewardState.TRIGGERED
    calculate(factory, people, reward_id, ())
    assert parts(factory, reward_id) == [("王建国", 1_250_000), ("李秀英", 750_000)]


def test_a_third_each_adds_up_to_the_fen(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    """By hand: 100,000.01 is left; 99.99 % of it is 99,990.009999, so 99,990.01; of three equal parts one is a fen more."""
    makers = (people.worker, people.colleague, people.loner)
    deal_id = make_deal(factory, people, result_id=made_by(factory, people, *makers))
    document_id = written(factory, people, deal_id, shared(*((one, 3333) for one in makers)))
    for who in (people.seller_contact, people.company, *makers):
        sign(factory, himself(factory, who), document_id)
    reward_id = received(factory, people, drain)
    calculate(factory, people, reward_id, (Cost(CostKind.TAX, 7_999_999, "增值税，见发票"),))
    assert [fen for _, fen in parts(factory, reward_id)] == [3_333_001, 3_333_000, 3_333_000]


def test_the_contract_goes_before_every_rule_of_the_unit(
    factory: UnitOfWorkFactory, people: People, drain: Drain, clock: SetClock
) -> None:
    clock.forward(days=-2)
    file_rule(factory, people, Basis.COLLECTIVE_CONTRACT, 3500)
    clock.forward(days=2)
    reward_id = sold_by_four(factory, people, drain)
    calculate(factory, people, reward_id)
    with factory.reading() as uow:
        assert uow.session.get_one(Reward, reward_id).share_bp == 2000


def test_an_institute_gives_no_less_than_the_law_split_as_the_contract_says(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    """By hand: half of 169,999.99 is 85,000.00; 12.5 : 7.5 is 53,125.00 and 31,875.00."""
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.seller_id).kind = OrganisationKind.INSTITUTE
    reward_id = sold_by_four(factory, people, drain)
    calculate(factory, people, reward_id)
    with factory.reading() as uow:
        reward = uow.session.get_one(Reward, reward_id)
    assert (reward.basis, reward.share_bp) == (Basis.STATUTORY, 5000)
    assert [fen for _, fen in parts(factory, reward_id)] == [5_312_500, 3_187_500]


def test_what_was_signed_is_owed_whatever_is_said_of_the_ownership_since(
    factory: UnitOfWorkFactory, people: People, drain: Drain
) -> None:
    sign_by_all(factory, people, make_threefold(factory, people))
    with factory.writing() as uow:
        uow.session.scalars(select(Result)).one().ownership = Ownership.NON_SERVICE
    assert received(factory, people, drain)


def test_nobody_types_another_split(factory: UnitOfWorkFactory, people: People, drain: Drain) -> None:
    reward_id = sold_by_four(factory, people, drain)

    def type_weights() -> None:
        with factory.writing(people.seller_contact) as uow:
            calculating.calculate(uow, reward_id, Calculation(COSTS, shares(people, 1, 1), 0))

    error = refused(type_weights, InvalidInput)
    assert isinstance(error, InvalidInput)
    assert set(error.fields) == {"shares"}


@pytest.mark.parametrize(("who", "may"), [("worker", True), ("seller_contact", True), ("city_official", True)])
def test_whoever_signed_the_contract_reads_it_from_the_reward(
    factory: UnitOfWorkFactory, people: People, drain: Drain, who: str, may: bool
) -> None:
    reward_id = sold_by_four(factory, people, drain)
    actor: Actor = getattr(people, who)
    with factory.reading(actor) as uow:
        page = reward_page(uow, reward_id)
    assert (page.is_fixed, page.reads_contract) == (True, may)
