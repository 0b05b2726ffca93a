"""Money of a deal: the plan comes with the contract, a transfer counts once three have spoken, and the ledger says the same."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from marketplace.contracts.rules import PriceModel
from marketplace.deals import payment_service
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.permissions import Actor
from marketplace.ledger.models import Transfer
from marketplace.payments.models import Receipt
from marketplace.payments.rules import Standing, Trigger
from tests.factories import TERMS, lines_of, make_signed, transferred
from tests.paying import BY_PLAN, TODAY, confirm, received, refused, report, standings, take, verify
from tests.personas import People

pytestmark = pytest.mark.usefixtures("both_ways_agree")


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal in force of 180,000 yuan in three lines."""
    return make_signed(factory, people, BY_PLAN)


def test_the_plan_comes_with_the_contract_and_its_first_line_is_due(factory: UnitOfWorkFactory, deal: int) -> None:
    lines = lines_of(factory, deal)
    assert [(line.number, line.fen, line.due_on) for line in lines] == [
        (1, 5_400_000, date(2026, 11, 30)),
        (2, 10_000_000, None),
        (3, 2_600_000, None),
    ]
    assert [line.words for line in lines] == ["合同生效后10日内", "验收合格后30日内", "质保期满后支付"]
    assert received(factory, deal) == (0, 18_000_000)


@pytest.mark.parametrize(
    ("model", "line"),
    [
        (PriceModel.LUMP_SUM, (18_000_000, Trigger.ACCEPTANCE, None)),
        (PriceModel.ENTRY_AND_ROYALTY, (18_000_000, Trigger.IN_FORCE, date(2026, 12, 20))),
    ],
)
def test_a_price_paid_at_once_is_one_line(
    factory: UnitOfWorkFactory, people: People, model: PriceModel, line: tuple[int, Trigger, date | None]
) -> None:
    royalty: dict[str, Any] = (
        {"royalty_bp": 300, "royalty_base": "销售额"} if model is PriceModel.ENTRY_AND_ROYALTY else {}
    )
    deal_id = make_signed(factory, people, replace(TERMS, price_model=model, **royalty))
    assert [(one.fen, one.trigger, one.due_on) for one in lines_of(factory, deal_id)] == [line]


def test_accepting_the_delivery_makes_its_lines_due(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    take(factory, people.seller_contact, deal, "perform")
    clock.forward(days=40)
    take(factory, people.company, deal, "accept_delivery")
    assert [line.due_on for line in lines_of(factory, deal)] == [date(2026, 11, 30), date(2027, 1, 29), None]
    assert standings(factory, people.company, deal) == [Standing.OVERDUE, Standing.DUE, Standing.PLANNED]


def test_the_seller_says_that_another_event_has_happened_and_may_put_it_off(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    first, _, last = lines_of(factory, deal)

    def set_day(who: Actor, milestone_id: int, day: date) -> None:
        with factory.writing(who) as uow:
            payment_service.fall_due(uow, milestone_id, day)

    set_day(people.seller_contact, last.id, date(2027, 2, 1))
    assert lines_of(factory, deal)[2].due_on == date(2027, 2, 1)
    refused(lambda: set_day(people.seller_contact, last.id, date(2027, 1, 31)), InvalidInput)
    set_day(people.seller_contact, last.id, date(2027, 3, 1))
    assert lines_of(factory, deal)[2].due_on == date(2027, 3, 1)
    refused(lambda: set_day(people.seller_contact, last.id, date(2036, 1, 1)), InvalidInput)
    refused(lambda: set_day(people.seller_contact, first.id, TODAY), Conflict)
    refused(lambda: set_day(people.company, last.id, date(2027, 4, 1)), NotPermitted)
    refused(lambda: set_day(people.stranger, last.id, date(2027, 4, 1)), NotFound)


def test_a_payment_counts_once_payee_and_official_have_spoken(
    factory: UnitOfWorkFactory, people: People, clock: SetClock, deal: int
) -> None:
    line = lines_of(factory, deal)[0]
    clock.forward(days=3)
    receipt_id = report(factory, people.company, line.id, 5_400_000, date(2026, 11, 21))
    assert received(factory, deal) == (0, 18_000_000)
    confirm(factory, people.seller_contact, receipt_id, date(2026, 11, 22))
    assert received(factory, deal) == (0, 18_000_000)
    verify(factory, people.county_official, receipt_id)
    assert received(factory, deal) == (5_400_000, 12_600_000)
    with factory.reading() as uow:
        transfer = uow.session.scalars(select(Transfer).where(Transfer.source == f"receipt:{receipt_id}")).one()
    assert (transfer.dated, transfer.fen) == (date(2026, 11, 22), 5_400_000)
    assert standings(factory, people.company, deal)[0] is Standing.PAID


@pytest.mark.parametrize(
    ("by", "kind"),
    [
        ("seller_contact", NotPermitted),
        ("worker", NotPermitted),
        ("county_official", NotPermitted),
        ("stranger", NotFound),
        ("loner", NotFound),
        ("other_official", NotFound),
    ],
)
def test_only_the_buyer_reports_a_payment(
    factory: UnitOfWorkFactory, people: People, deal: int, by: str, kind: type[DomainError]
) -> None:
    line = lines_of(factory, deal)[0]
    refused(lambda: report(factory, getattr(people, by), line.id, 100), kind)


@pytest.mark.parametrize("by", ["company", "company_admin", "worker", "county_official"])
def test_only_the_payee_confirms(factory: UnitOfWorkFactory, people: People, deal: int, by: str) -> None:
    receipt_id = report(factory, people.company, lines_of(factory, deal)[0].id, 100)
    refused(lambda: confirm(factory, getattr(people, by), receipt_id), NotPermitted)


@pytest.mark.parametrize(("by", "kind"), [("company", NotPermitted), ("other_official", NotFound)])
def test_only_an_official_of_the_deal_verifies(
    factory: UnitOfWorkFactory, people: People, deal: int, by: str, kind: type[DomainError]
) -> None:
    receipt_id = report(factory, people.company, lines_of(factory, deal)[0].id, 100)
    confirm(factory, people.seller_contact, receipt_id)
    refused(lambda: verify(factory, getattr(people, by), receipt_id), kind)
    refused(lambda: report(factory, people.company, lines_of(factory, deal)[0].id, 5_400_000), InvalidInput)


def test_nothing_is_verified_before_the_payee_has_confirmed(
    factory: UnitOfWorkFactory, people: People, deal: int
) -> None:
    receipt_id = report(factory, people.company, lines_of(factory, deal)[0].id, 100)
    refused(lambda: verify(factory, people.county_official, receipt_id), Conflict)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"fen": 0}, "amount"),
        ({"fen": 5_400_001}, "amount"),
        ({"sent_on": date(2026, 11, 21)}, "sent_on"),
        ({"sent_on": date(2026, 11, 19)}, "sent_on"),
        ({"bank_reference": "  "}, "bank_reference"),
        ({"voucher": None}, "file"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    factory: UnitOfWorkFactory, people: People, deal: int, wrong: dict[str, object], field: str
) -> None:
    said = replace(transferred(100, TODAY), **wrong)  # type: ignore[arg-type]
    line = lines_of(factory, deal)[0]
    with factory.writing(people.company) as uow:
        error = refused(lambda: payment_service.report_payment(uow, line.id, said), InvalidInput)
    assert isinstance(error, InvalidInput)
    assert set(error.fields) == {field}


def test_what_is_on_its_way_is_not_paid_a_second_time(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    line = lines_of(factory, deal)[0]
    first = report(factory, people.company, line.id, 5_000_000)
    refused(lambda: report(factory, people.company, line.id, 400_001), InvalidInput)
    report(factory, people.company, line.id, 400_000)
    refused(lambda: report(factory, people.company, line.id, 1), Conflict)
    with factory.writing(people.seller_contact) as uow:
        payment_service.end(uow, first, "refuse", "账上没有这笔钱")
    report(factory, people.company, line.id, 5_000_000)


@pytest.mark.parametrize(
    ("action", "by", "reason"),
    [
        ("refuse", "seller_contact", "账上没有这笔钱"),
        ("withdraw", "company", ""),
        ("reject", "county_official", "回单金额与填报不符"),
    ],
)
def test_a_report_that_is_ended_counts_for_nothing(
    factory: UnitOfWorkFactory, people: People, deal: int, action: str, by: str, reason: str
) -> None:
    line = lines_of(factory, deal)[0]
    receipt_id = report(factory, people.company, line.id, 5_400_000)
    if action == "reject":
        confirm(factory, people.seller_contact, receipt_id)
    with factory.writing(getattr(people, by)) as uow:
        payment_service.end(uow, receipt_id, action, reason)
    with factory.reading() as uow:
        ended = uow.session.get_one(Receipt, receipt_id)
        assert ended.state.value == {"refuse": "refused", "withdraw": "withdrawn", "reject": "rejected"}[action]
        assert ended.reason == reason
    refused(lambda: verify(factory, people.county_official, receipt_id), Conflict)
    assert received(factory, deal) == (0, 18_000_000)


@pytest.mark.parametrize(("action", "by"), [("refuse", "seller_contact"), ("reject", "county_official")])
def test_who_refuses_says_why(factory: UnitOfWorkFactory, people: People, deal: int, action: str, by: str) -> None:
    receipt_id = report(factory, people.company, lines_of(factory, deal)[0].id, 100)
    if action == "reject":
        confirm(factory, people.seller_contact, receipt_id)
    with factory.writing(getattr(people, by)) as uow:
        refused(lambda: payment_service.end(uow, receipt_id, action, " "), InvalidInput)


def test_a_transfer_is_not_reported_twice_for_one_line(factory: UnitOfWorkFactory, people: People, deal: int) -> None:
    """Whoever goes back and sends the form again has not paid again; for another line the same transfer may count."""
    first, second, _ = lines_of(factory, deal)
    with factory.writing(people.company) as uow:
        payment_service.report_payment(uow, first.id, transferred(100, TODAY))
        error = refused(lambda: payment_service.report_payment(uow, first.id, transferred(100, TODAY)), InvalidInput)
        assert isinstance(error, InvalidInput)
        assert set(error.fields) == {"bank_reference"}
        payment_service.report_payment(uow, second.id, transferred(100, TODAY))
