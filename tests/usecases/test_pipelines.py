"""What the forecast is given is what deals and payment plans went through. Today is Friday 20 November 2026 in China."""

from datetime import date

from marketplace.contracts.rules import EndReason
from marketplace.deals import offer_service, service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.payments.models import Milestone
from marketplace.payments.rules import MilestoneState
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.rules import FigureCode
from marketplace.statistics.store import store_of
from marketplace.targets.outlook import Change, Item
from marketplace.targets.pipelines import changes_of, items_of
from tests.factories import TERMS, lines_of, make_contract, make_deal, make_signed
from tests.figures import FigureWriter
from tests.paying import BY_PLAN, TODAY, confirm, refund, report, verify
from tests.personas import People

DAY = TODAY.toordinal()


def items(factory: UnitOfWorkFactory, code: FigureCode, today: date = TODAY) -> list[Item]:
    with factory.reading() as uow:
        return items_of(uow.session, code, today)


def test_a_deal_goes_through_its_stages_until_it_is_in_force_or_lost(
    factory: UnitOfWorkFactory, people: People, clock: SetClock
) -> None:
    open_, lost = make_deal(factory, people), make_deal(factory, people)
    make_signed(factory, people)
    drafting = make_deal(factory, people)
    make_contract(factory, people, drafting)
    clock.forward(days=3)
    with factory.writing(people.company) as uow:
        offer_service.make_offer(uow, open_, TERMS)
        service.take(uow, lost, "lose", "价格谈不拢", EndReason.PRICE)
    found = items(factory, FigureCode.A1)
    began = (("negotiating", DAY),)
    assert found[0] == Item("qingzhou", TERMS.amount_fen, DAY, began, None, won=False)
    assert found[1] == Item("qingzhou", None, DAY, began, DAY + 3, won=False)
    assert found[2].won
    assert found[2].ended == DAY
    assert [stage for stage, _ in found[2].stays] == ["negotiating", "drafting", "signing"]
    assert (found[3].ended, found[3].fen) == (None, TERMS.amount_fen)


def test_a_line_is_paid_on_the_day_the_last_of_it_arrived(factory: UnitOfWorkFactory, people: People) -> None:
    deal = make_signed(factory, people, BY_PLAN)
    first = lines_of(factory, deal)[0]
    due = DAY + 10
    assert items(factory, FigureCode.A4) == [Item("qingzhou", 5_400_000, DAY, (("due", due),), None, won=False)], (
        "lines that wait for their event have no day yet"
    )
    payment = _paid(factory, people, first.id, 5_000_000)
    assert [(one.fen, one.ended) for one in items(factory, FigureCode.A4)] == [(400_000, None)]
    _paid(factory, people, first.id, 400_000)
    assert items(factory, FigureCode.A4) == [Item("qingzhou", 5_400_000, DAY, (("due", due),), DAY, won=True)]
    refund(factory, people, payment, 100)
    with factory.reading() as uow:
        rows = store_of(uow).columns(uow.session, DEFINITIONS[FigureCode.A4])
    assert changes_of(rows) == [Change("qingzhou", DAY, -100)]


def _paid(factory: UnitOfWorkFactory, people: People, line: int, fen: int) -> int:
    payment = report(factory, people.company, line, fen)
    confirm(factory, people.seller_contact, payment)
    verify(factory, people.county_official, payment)
    return payment


def test_a_cancelled_line_no_longer_waits(factory: UnitOfWorkFactory, people: People) -> None:
    deal = make_signed(factory, people, BY_PLAN)
    with factory.writing() as uow:
        for line in uow.session.query(Milestone).filter_by(deal_id=deal):
            line.state = MilestoneState.CANCELLED
    assert [(one.ended, one.won) for one in items(factory, FigureCode.A4)] == [(DAY, False)]


def test_a_termination_is_a_change(factory: UnitOfWorkFactory, people: People) -> None:
    writer = FigureWriter(factory, people)
    writer.contract(1, "qingzhou", "shouguang", date(2026, 3, 1), 600)
    writer.termination(1, date(2026, 10, 1), -100)
    with factory.reading() as uow:
        rows = store_of(uow).columns(uow.session, DEFINITIONS[FigureCode.A1])
    assert changes_of(rows) == [Change("qingzhou", date(2026, 10, 1).toordinal(), -100)]
