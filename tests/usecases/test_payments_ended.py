"""How the money of a deal ends: refunds, completion, termination, and two who press at once."""

import threading
from datetime import date

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from marketplace.contracts.rules import EndReason
from marketplace.deals import payment_service, service
from marketplace.deals.payment_queries import payments_page
from marketplace.deals.queries import room
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.ledger.models import Transfer
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import OrganisationSize
from marketplace.payments.rules import MilestoneState, Standing
from tests.factories import lines_of, make_payment, make_signed, pay_everything, transferred
from tests.paying import BY_PLAN, TODAY, confirm, received, refund, refused, report, standings, take, verify
from tests.personas import People

pytestmark = pytest.mark.usefixtures("both_ways_agree")


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal in force of 180,000 yuan in three lines."""
    return make_signed(factory, people, BY_PLAN)


def test_a_refund_goes_the_same_way_back(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    line = lines_of(factory, deal)[0]
    payment_id = make_payment(factory, people, line.id, 5_400_000, TODAY)
    clock.forward(days=1)
    refund_id = refund(factory, people, payment_id, 1_400_000, date(2026, 11, 21))
    assert received(factory, deal) == (4_000_000, 14_000_000)
    assert standings(factory, people.company, deal)[0] is Standing.PARTLY
    with factory.writing(people.seller_contact) as uow:
        too_much = transferred(4_000_001, date(2026, 11, 21))
        refused(lambda: payment_service.report_refund(uow, payment_id, too_much), InvalidInput)
        refused(lambda: payment_service.report_refund(uow, refund_id, transferred(1, TODAY)), Conflict)
    with factory.writing(people.company) as uow:
        refused(lambda: payment_service.report_refund(uow, payment_id, transferred(1, TODAY)), NotPermitted)


def test_a_deal_is_complete_when_everything_is_paid(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    take(factory, people.seller_contact, deal, "perform")
    take(factory, people.company, deal, "accept_delivery")
    refused(lambda: take(factory, people.company, deal, "complete"), Conflict)
    pay_everything(factory, people, deal, TODAY)
    take(factory, people.company, deal, "complete")
    assert received(factory, deal) == (18_000_000, 0)
    line = lines_of(factory, deal)[0]
    refused(lambda: report(factory, people.company, line.id, 1), Conflict)


def test_a_termination_ends_the_plan_and_leaves_what_stays_payable(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    make_payment(factory, people, lines_of(factory, deal)[0].id, 5_400_000, TODAY)
    with factory.writing(people.county_official) as uow:
        service.terminate(uow, deal, "双方书面协议解除", 6_000_000, EndReason.PLANS)
    assert received(factory, deal) == (5_400_000, 600_000)
    states = [(line.fen, line.state) for line in lines_of(factory, deal)]
    assert next_step(factory, people, deal)[:2] == ("buyer", "Pay what the termination leaves payable")
    assert states == [
        (5_400_000, MilestoneState.CANCELLED),
        (10_000_000, MilestoneState.CANCELLED),
        (2_600_000, MilestoneState.CANCELLED),
        (600_000, MilestoneState.PLANNED),
    ]
    make_payment(factory, people, lines_of(factory, deal)[3].id, 600_000, TODAY)
    assert received(factory, deal) == (6_000_000, 0)


def test_a_termination_below_what_was_paid_is_refunded(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    payment_id = make_payment(factory, people, lines_of(factory, deal)[0].id, 5_400_000, TODAY)
    with factory.writing(people.county_official) as uow:
        service.terminate(uow, deal, "法院判决解除", 0, EndReason.PLANS)
    assert received(factory, deal) == (5_400_000, -5_400_000)
    assert next_step(factory, people, deal)[:2] == ("seller", "Send back what was paid too much")
    with factory.reading(people.company) as uow:
        assert payments_page(uow, deal).to_send_back_fen == 5_400_000
    refund(factory, people, payment_id, 5_400_000)
    assert received(factory, deal) == (0, 0)
    assert next_step(factory, people, deal)[:2] == ("nobody", "Nothing more to do")
    with factory.reading(people.company) as uow:
        assert not any(line.can_pay for line in payments_page(uow, deal).lines)


def test_a_contract_is_not_terminated_while_a_payment_waits(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    report(factory, people.company, lines_of(factory, deal)[0].id, 100)
    with pytest.raises(Conflict), factory.writing(people.county_official) as uow:
        service.terminate(uow, deal, "解除", 0, EndReason.PLANS)
    with factory.reading(people.company) as uow:
        assert room(uow, deal).entries[-1].amount_fen == 18_000_000


def test_the_seller_notes_the_invoice(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    line = lines_of(factory, deal)[0]
    with factory.writing(people.seller_contact) as uow:
        payment_service.invoice(uow, line.id, "26372000000012345678", 305_660)
    noted = lines_of(factory, deal)[0]
    assert (noted.invoice_number, noted.vat_fen) == ("26372000000012345678", 305_660)
    with factory.writing(people.seller_contact) as uow:
        refused(lambda: payment_service.invoice(uow, line.id, "1", 5_400_000), InvalidInput)
        refused(lambda: payment_service.invoice(uow, line.id, "no. 7!", 0), InvalidInput)
    with factory.writing(people.company) as uow:
        refused(lambda: payment_service.invoice(uow, line.id, "1", 0), NotPermitted)


@pytest.mark.parametrize(("size", "is_told"), [(OrganisationSize.LARGE, True), (OrganisationSize.MEDIUM, False)])
def test_a_large_buyer_is_reminded_of_the_law(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int, size: OrganisationSize, is_told: bool
) -> None:
    with factory.writing() as uow:
        uow.session.get_one(Organisation, people.buyer_id).size = size
        uow.session.get_one(Organisation, people.seller_id).size = OrganisationSize.SMALL
    take(factory, people.seller_contact, deal, "perform")
    take(factory, people.company, deal, "accept_delivery")
    clock.forward(days=61)
    with factory.reading(people.company) as uow:
        remarks = [line.beyond_law for line in payments_page(uow, deal).lines]
    assert [one is not None for one in remarks] == [is_told] * 3
    assert all(one is None or (one.latest, "第九条" in one.source) == (date(2027, 1, 19), True) for one in remarks)


def next_step(factory: UnitOfWorkFactory, people: People, deal_id: int) -> tuple[str, str, date | None]:
    with factory.reading(people.company) as uow:
        step = room(uow, deal_id).row.next
    return step.who.value, step.label, step.due


def test_who_owes_the_next_step_of_the_money_is_shown(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    assert next_step(factory, people, deal) == ("buyer", "Pay what is due", date(2026, 11, 30))
    receipt_id = report(factory, people.company, lines_of(factory, deal)[0].id, 5_400_000)
    assert next_step(factory, people, deal) == ("seller", "Confirm that the money has arrived", date(2026, 11, 27))
    confirm(factory, people.seller_contact, receipt_id)
    assert next_step(factory, people, deal) == ("official", "Verify the payment", date(2026, 11, 27))
    verify(factory, people.county_official, receipt_id)
    assert next_step(factory, people, deal) == ("seller", "Begin the performance", date(2027, 2, 18))


def test_the_ledger_is_only_added_to(factory: UnitOfWorkFactory, deal: int) -> None:
    for change in (update(Transfer).values(fen=1), delete(Transfer)):
        with pytest.raises(DatabaseError, match="only added to"), factory.writing() as uow:
            uow.session.execute(change)


def test_twenty_at_once_pay_a_line_once(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    line = lines_of(factory, deal)[0]
    refusals: list[DomainError] = []

    def pay() -> None:
        try:
            report(factory, people.company, line.id, 5_400_000)
        except DomainError as error:
            refusals.append(error)

    threads = [threading.Thread(target=pay) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 19


def test_two_officials_at_once_verify_once(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    receipt_id = report(factory, people.company, lines_of(factory, deal)[0].id, 5_400_000)
    confirm(factory, people.seller_contact, receipt_id)
    refusals: list[DomainError] = []

    def press(actor: Actor) -> None:
        try:
            verify(factory, actor, receipt_id)
        except DomainError as error:
            refusals.append(error)

    threads = [
        threading.Thread(target=press, args=(one,)) for one in (people.county_official, people.city_official) * 5
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refusals), received(factory, deal)) == (9, (5_400_000, 12_600_000))
