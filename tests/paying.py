"""Steps of a payment, and what the ledger holds after them, for tests of what becomes of money."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from marketplace.contracts.rules import PriceModel
from marketplace.deals import payment_service, service
from marketplace.deals.payment_queries import payments_page
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.errors import DomainError
from marketplace.kernel.permissions import Actor
from marketplace.ledger.queries import balances
from marketplace.ledger.rules import Account
from marketplace.payments.events import MilestoneMoved
from marketplace.payments.models import DueMove, Milestone, Receipt
from marketplace.payments.rules import Instalment, ReceiptState, Standing, Trigger
from marketplace.payments.service import Transferred
from tests.factories import TERMS, transferred
from tests.personas import People

TODAY = date(2026, 11, 20)
_NUMBERS = itertools.count(1)
PLAN = (
    Instalment(5_400_000, "", Trigger.IN_FORCE, 10),
    Instalment(10_000_000, "", Trigger.ACCEPTANCE, 30),
    Instalment(2_600_000, "质保期满后支付"),
)
BY_ROYALTY = replace(
    TERMS, price_model=PriceModel.ENTRY_AND_ROYALTY, royalty_bp=350, royalty_base="每季度用该工装生产的产品销售额"
)
"""An entry fee of 180,000 yuan and 3.5 % of the sales."""

BY_PLAN = replace(TERMS, price_model=PriceModel.INSTALMENTS, instalments=PLAN)


def numbered(fen: int, day: date) -> Transferred:
    """A transfer with a number of its own."""
    return transferred(fen, day, f"{next(_NUMBERS):015d}")


def report(factory: UnitOfWorkFactory, actor: Actor, milestone_id: int, fen: int, day: date = TODAY) -> int:
    with factory.writing(actor) as uow:
        return payment_service.report_payment(uow, milestone_id, numbered(fen, day)).id


def confirm(factory: UnitOfWorkFactory, actor: Actor, receipt_id: int, day: date = TODAY) -> None:
    with factory.writing(actor) as uow:
        payment_service.confirm(uow, receipt_id, day)


def verify(factory: UnitOfWorkFactory, actor: Actor, receipt_id: int) -> None:
    with factory.writing(actor) as uow:
        payment_service.verify(uow, receipt_id)


def take(factory: UnitOfWorkFactory, actor: Actor, deal_id: int, *actions: str) -> None:
    for action in actions:
        with factory.writing(actor) as uow:
            service.take(uow, deal_id, action)


def refund(factory: UnitOfWorkFactory, people: People, payment_id: int, fen: int, day: date = TODAY) -> int:
    with factory.writing(people.seller_contact) as uow:
        refund_id = payment_service.report_refund(uow, payment_id, numbered(fen, day)).id
    confirm(factory, people.company, refund_id, day)
    verify(factory, people.county_official, refund_id)
    return refund_id


def received(factory: UnitOfWorkFactory, deal_id: int) -> tuple[int, int]:
    """What the ledger holds as received, and as owed."""
    with factory.reading() as uow:
        of_deal = balances(uow.session).get(deal_id, {})
    return of_deal.get(Account.RECEIVED, 0), of_deal.get(Account.OWED, 0)


def standings(factory: UnitOfWorkFactory, actor: Actor, deal_id: int) -> list[Standing]:
    with factory.reading(actor) as uow:
        return [line.standing for line in payments_page(uow, deal_id).lines]


def refused(do: Callable[[], object], kind: type[DomainError]) -> DomainError:
    with pytest.raises(kind) as error:
        do()
    return error.value


def receipt_state(factory: UnitOfWorkFactory, receipt_id: int) -> ReceiptState:
    """The state of a payment or refund."""
    with factory.reading() as uow:
        return uow.session.get_one(Receipt, receipt_id).state


def put_in_arrears(factory: UnitOfWorkFactory, milestone_id: int, day: date) -> None:
    """Let a line have been due on a day that is over."""
    with factory.writing() as uow:
        line = uow.session.get_one(Milestone, milestone_id)
        line.due_on = day
        uow.session.add(DueMove(milestone_id=line.id, at=uow.now(), due_on=day, late_from=uow.now()))
        uow.emit(MilestoneMoved(line.id, line.deal_id, "fall_due", day.isoformat()))
