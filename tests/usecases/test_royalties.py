"""Royalties: the buyer states the figures of a period, the seller agrees or objects, and what is agreed is a line to be paid."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace.contracts.changes import Amending, Settling
from marketplace.contracts.models import Document
from marketplace.contracts.rules import EndReason
from marketplace.deals import payment_service, service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted
from marketplace.payments.models import RoyaltyStatement
from marketplace.payments.royalties import Figures
from marketplace.payments.rules import Instalment, MilestoneKind, MilestoneState, Trigger, royalty_of
from tests.amending import amend, end
from tests.factories import lines_of, make_payment, make_signed
from tests.paying import BY_ROYALTY, received
from tests.personas import People

pytestmark = pytest.mark.usefixtures("both_ways_agree")

QUARTER = Figures(date(2026, 11, 20), date(2026, 12, 31), 123_456_789, "按销售台账")


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People, clock: SetClock) -> int:
    """An entry fee of 180,000 yuan and 3.5 % of the sales; the first quarter is over."""
    deal_id = make_signed(factory, people, BY_ROYALTY)
    clock.forward(days=45)
    return deal_id


def state(factory: UnitOfWorkFactory, people: People, deal_id: int, **other: object) -> int:
    with factory.writing(people.company) as uow:
        return payment_service.state_royalty(uow, deal_id, replace(QUARTER, **other)).id  # type: ignore[arg-type]


def answer(factory: UnitOfWorkFactory, people: People, statement_id: int, action: str, reason: str = "") -> None:
    with factory.writing(people.seller_contact) as uow:
        payment_service.answer_royalty(uow, statement_id, action, reason)


def test_what_is_agreed_becomes_a_line_and_is_owed(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    """By hand: 1,234,567.89 × 3.5 % = 43,209.876…, so 43,209.88."""
    statement_id = state(factory, people, deal)
    assert received(factory, deal) == (0, 18_000_000)
    answer(factory, people, statement_id, "agree")
    line = lines_of(factory, deal)[-1]
    assert (line.kind, line.fen, line.due_on) == (MilestoneKind.ROYALTY, 4_320_988, date(2027, 2, 3))
    assert line.words == "2026.11.20—2026.12.31 提成"
    assert received(factory, deal) == (0, 22_320_988)
    make_payment(factory, people, line.id, line.fen, date(2027, 1, 4))
    assert received(factory, deal) == (4_320_988, 18_000_000)


def test_the_seller_objects_and_the_period_is_stated_again(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    first = state(factory, people, deal)
    with pytest.raises(InvalidInput):
        state(factory, people, deal, first_on=date(2026, 12, 31))
    with pytest.raises(InvalidInput):
        answer(factory, people, first, "object")
    answer(factory, people, first, "object", "少报了十二月的销售")
    second = state(factory, people, deal, base_fen=200_000_000)
    answer(factory, people, second, "agree")
    with pytest.raises(Conflict):
        answer(factory, people, second, "object", "太晚了")
    assert [line.fen for line in lines_of(factory, deal)] == [18_000_000, 7_000_000]


def test_a_period_without_sales_is_stated_with_nothing(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    statement_id = state(factory, people, deal, base_fen=0)
    answer(factory, people, statement_id, "agree")
    with factory.reading() as uow:
        assert uow.session.get_one(RoyaltyStatement, statement_id).milestone_id is None
    assert len(lines_of(factory, deal)) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"last_on": date(2027, 1, 4)}, "last_on"),
        ({"first_on": date(2027, 1, 1)}, "last_on"),
        ({"first_on": date(2026, 11, 19)}, "first_on"),
        ({"base_fen": -1}, "base"),
    ],
)
def test_what_cannot_be_is_refused(
    factory: UnitOfWorkFactory, people: People, deal: int, wrong: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        state(factory, people, deal, **wrong)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(
    ("who", "kind"), [("seller_contact", NotPermitted), ("worker", NotPermitted), ("stranger", NotFound)]
)
def test_only_the_buyer_states_and_only_the_seller_answers(
    factory: UnitOfWorkFactory, people: People, deal: int, who: str, kind: type[DomainError]
) -> None:
    with pytest.raises(kind), factory.writing(getattr(people, who)) as uow:
        payment_service.state_royalty(uow, deal, QUARTER)
    statement_id = state(factory, people, deal)
    with pytest.raises(NotPermitted), factory.writing(people.company) as uow:
        payment_service.answer_royalty(uow, statement_id, "agree")


def test_without_a_royalty_there_is_nothing_to_state(factory: UnitOfWorkFactory, people: People) -> None:
    deal_id = make_signed(factory, people)
    with pytest.raises(Conflict), factory.writing(people.company) as uow:
        payment_service.state_royalty(uow, deal_id, QUARTER)


def test_an_agreed_royalty_outlives_the_contract(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    answer(factory, people, state(factory, people, deal), "agree")
    with factory.writing(people.county_official) as uow:
        service.terminate(uow, deal, "双方协议解除", 0, EndReason.PLANS)
    assert received(factory, deal) == (0, 4_320_988)


def test_halves_of_a_fen_are_rounded_up() -> None:
    assert [royalty_of(base, 350) for base in (0, 14, 15, 100)] == [0, 0, 1, 4]


def test_an_amendment_and_the_end_of_a_contract_leave_its_royalties_alone(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    """The entry fee is lowered to 100,000 yuan; what is agreed of a quarter stays due, whatever is settled of the fee."""
    answer(factory, people, state(factory, people, deal), "agree")
    lines = (Instalment(10_000_000, "", Trigger.DAY, 0, date(2027, 1, 31)),)
    amendment = amend(factory, people, deal, Amending({}, (1,), lines, "产量下调。"))
    agreement = end(factory, people, deal, Settling(0, None, "停产。", end_reason=EndReason.PLANS))
    with factory.reading() as uow:
        texts = {id_: uow.session.get_one(Document, id_).text for id_ in (amendment, agreement)}
    assert "提成的约定不变。" in texts[amendment]
    assert "已经产生的提成，按原合同另行结算。" in texts[agreement]
    assert [(line.kind, line.state) for line in lines_of(factory, deal)] == [
        (MilestoneKind.FIXED, MilestoneState.CANCELLED),
        (MilestoneKind.ROYALTY, MilestoneState.DUE),
        (MilestoneKind.FIXED, MilestoneState.CANCELLED),
    ]
    assert received(factory, deal) == (0, 4_320_988)
