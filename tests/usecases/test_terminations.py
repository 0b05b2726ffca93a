"""A contract in force is ended by an agreement both sign: what stays payable is paid or sent back, the rest is booked off."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from marketplace.contracts.models import Document
from marketplace.contracts.rules import Basis, DocumentKind, DocumentState, EndReason
from marketplace.deals import document_service, service
from marketplace.deals.history import timeline
from marketplace.deals.models import Deal, Entry
from marketplace.deals.queries import room
from marketplace.deals.rules import DealState, EntryKind
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.payments.rules import MilestoneState
from tests.amending import LOWERED, SETTLED, UNTIL, amend, end, sign_by_both, write_amendment, write_termination
from tests.factories import lines_of, make_payment, make_signed, sign
from tests.paying import BY_PLAN, TODAY, confirm, received, refund, refused, report, verify
from tests.personas import People

pytestmark = pytest.mark.usefixtures("both_ways_agree")


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal in force of 180,000 yuan in three lines."""
    return make_signed(factory, people, BY_PLAN)


def last_entry(factory: UnitOfWorkFactory) -> tuple[EntryKind, Basis, int]:
    with factory.reading() as uow:
        entry = uow.session.scalars(select(Entry).order_by(Entry.id.desc())).first()
    assert entry
    return entry.kind, entry.basis, entry.amount_fen


def next_step(factory: UnitOfWorkFactory, people: People, deal_id: int) -> tuple[str, str, date | None]:
    with factory.reading(people.company) as uow:
        step = room(uow, deal_id).row.next
    return step.who.value, step.label, step.due


def state(factory: UnitOfWorkFactory, deal_id: int) -> DealState:
    with factory.reading() as uow:
        return uow.session.get_one(Deal, deal_id).state


def document(factory: UnitOfWorkFactory, document_id: int) -> Document:
    with factory.reading() as uow:
        return uow.session.get_one(Document, document_id)


def test_the_rest_is_paid_by_the_day_they_agreed_on(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    make_payment(factory, people, lines_of(factory, deal)[0].id, 5_400_000, TODAY)
    end(factory, people, deal)
    assert (state(factory, deal), last_entry(factory)) == (
        DealState.TERMINATED,
        (EntryKind.TERMINATION, Basis.ELECTRONIC, -12_000_000),
    )
    assert next_step(factory, people, deal) == ("buyer", "Pay what the termination leaves payable", UNTIL)
    *closed, rest = lines_of(factory, deal)
    assert {line.state for line in closed} == {MilestoneState.CANCELLED}
    assert (rest.fen, rest.state, rest.due_on) == (600_000, MilestoneState.DUE, UNTIL)
    make_payment(factory, people, rest.id, 600_000, TODAY)
    assert received(factory, deal) == (6_000_000, 0)
    assert next_step(factory, people, deal)[0] == "nobody"


def test_what_was_paid_too_much_is_sent_back_by_that_day(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    payment_id = make_payment(factory, people, lines_of(factory, deal)[0].id, 5_400_000, TODAY)
    end(factory, people, deal, replace(SETTLED, payable_fen=2_000_000))
    assert next_step(factory, people, deal) == ("seller", "Send back what was paid too much", UNTIL)
    refund(factory, people, payment_id, 3_400_000)
    assert received(factory, deal) == (2_000_000, 0)
    assert next_step(factory, people, deal)[0] == "nobody"


def test_where_everything_is_even_nothing_is_left(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    make_payment(factory, people, lines_of(factory, deal)[0].id, 5_400_000, TODAY)
    document_id = end(factory, people, deal, replace(SETTLED, payable_fen=5_400_000, settle_on=None))
    assert "双方互不再付" in document(factory, document_id).text
    assert next_step(factory, people, deal)[0] == "nobody"


def test_the_text_says_what_is_settled(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    make_payment(factory, people, lines_of(factory, deal)[0].id, 5_400_000, TODAY)
    text = document(factory, write_termination(factory, people.company, deal)).text
    for said in (
        "技术许可合同解除协议",
        f"编号：JG-{deal:06d}-JC01",
        f"编号为JG-{deal:06d}-HT01的《技术许可合同》",
        "第五百六十二条第一款",
        "设备改为外购，双方协商解除。",
        "甲方已经支付并核验的为人民币54,000.00元",
        "最终按人民币60,000.00元（大写：人民币陆万元整）结算",
        "甲方应当于2027年1月31日前向乙方支付人民币6,000.00元",
        "图纸由乙方收回。",
    ):
        assert said in text, said


def test_after_an_amendment_the_present_amount_is_booked_off(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    amend(factory, people, deal)
    end(factory, people, deal)
    assert last_entry(factory)[2] == 6_000_000 - 15_400_000


def test_an_official_records_a_termination_of_the_present_amount(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    amend(factory, people, deal)
    waiting = write_amendment(factory, people.company, deal, replace(LOWERED, dropped=(4, 5)))
    with factory.writing(people.county_official) as uow:
        refused(lambda: service.terminate(uow, deal, "判决解除", 15_400_001, EndReason.PLANS), InvalidInput)
    with factory.writing(people.county_official) as uow:
        service.terminate(uow, deal, "判决解除", 15_400_000, EndReason.PLANS)
    assert last_entry(factory) == (EntryKind.TERMINATION, Basis.ELECTRONIC, 0)
    assert document(factory, waiting).state is DocumentState.VOID


def test_money_that_moves_goes_before_a_termination(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    document_id = write_termination(factory, people.company, deal)
    sign(factory, people.seller_contact, document_id)
    receipt_id = report(factory, people.company, lines_of(factory, deal)[0].id, 100)
    refused(lambda: sign(factory, people.company, document_id), Conflict)
    refused(lambda: write_termination(factory, people.company, deal), Conflict)
    confirm(factory, people.seller_contact, receipt_id)
    verify(factory, people.county_official, receipt_id)
    refused(lambda: sign(factory, people.company, document_id), Conflict)
    sign_by_both(factory, people, write_termination(factory, people.company, deal))
    assert received(factory, deal) == (100, 5_999_900)


@pytest.mark.parametrize(
    "wrong",
    [
        {"payable_fen": 18_000_001},
        {"payable_fen": -1},
        {"settle_on": None},
        {"settle_on": date(2026, 11, 19)},
        {"reason": ""},
    ],
)
def test_what_does_not_fit_is_refused(
    factory: UnitOfWorkFactory, people: People, deal: int, wrong: dict[str, object]
) -> None:
    settling = replace(SETTLED, **wrong)  # type: ignore[arg-type] # Each wrong value has the type of its field.
    refused(lambda: write_termination(factory, people.company, deal, settling), InvalidInput)
    assert state(factory, deal) is DealState.IN_FORCE


def test_a_declined_agreement_ends_nothing(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    document_id = write_termination(factory, people.company, deal)
    with factory.writing(people.seller_contact) as uow:
        document_service.decline(uow, document_id, "第一台已经交付")
    assert state(factory, deal) is DealState.IN_FORCE
    assert last_entry(factory)[0] is EntryKind.IN_FORCE


def test_the_room_tells_what_happened_and_whose_turn_it_is(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    document_id = write_termination(factory, people.company, deal)
    assert next_step(factory, people, deal) == ("both", "Sign the termination agreement", date(2026, 12, 5))
    sign(factory, people.company, document_id)
    assert next_step(factory, people, deal)[0] == "seller"
    sign(factory, people.seller_contact, document_id)
    with factory.reading(people.company) as uow:
        page = room(uow, deal)
        told = [line.label for line in timeline(uow.session, deal)]
    assert not page.can_change
    assert page.deal.reason == SETTLED.reason
    assert told[:3] == [
        "Contract ended by agreement",
        "Termination agreement signed by all parties",
        "Termination agreement signed",
    ]
    assert "Termination agreement sent for signature" in told


def test_a_second_deal_of_the_same_two_may_begin(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    end(factory, people, deal)
    with factory.reading() as uow:
        kinds = uow.session.scalars(select(Document.kind).where(Document.state == DocumentState.COMPLETE)).all()
        assert uow.session.get_one(Deal, deal).ended_at is not None
    assert set(kinds) == {DocumentKind.CONTRACT, DocumentKind.TERMINATION_AGREEMENT}
