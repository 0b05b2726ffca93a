"""Fourth act: what is due is paid, confirmed, verified, sent back. A step names its line of the plan, from 1."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import select

from marketplace.deals import payment_service as payments
from marketplace.demo.specimen import specimen
from marketplace.demo.story import StepTold
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload
from marketplace.kernel.clock import china_day
from marketplace.payments.models import Milestone, Receipt
from marketplace.payments.plan import milestones
from marketplace.payments.rules import ReceiptKind, ReceiptState
from marketplace.payments.service import Transferred

VAT_PERCENT = 6


def vat_in(fen: int) -> int:
    """The value-added tax within an amount, in fen."""
    return fen * VAT_PERCENT // (100 + VAT_PERCENT)


def _line(uow: UnitOfWork, deal_id: int, step: StepTold) -> Milestone:
    return milestones(uow, deal_id)[step.line - 1]


def _newest(uow: UnitOfWork, deal_id: int, state: ReceiptState) -> Receipt:
    """The transfer that waits for this step."""
    of_deal = select(Receipt).where(Receipt.deal_id == deal_id, Receipt.state == state)
    return uow.session.scalars(of_deal.order_by(Receipt.id.desc()).limit(1)).one()


def _transferred(uow: UnitOfWork, deal_id: int, fen: int) -> Transferred:
    """Sent the day before it is reported; the bank's number is made of the day and the deal."""
    day = china_day(uow.now()) - timedelta(days=1)
    number = f"{day:%Y%m%d}{deal_id:04d}{fen // 100:08d}"
    return Transferred(fen, day, number, Upload(specimen("BANK TRANSFER", number, "PDF"), "银行电子回单（示范）.pdf"))


def _pay(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    line = _line(uow, deal_id, step)
    payments.report_payment(uow, line.id, _transferred(uow, deal_id, step.amount_yuan * 100 or line.fen))


def _refund(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    paid = select(Receipt).where(
        Receipt.milestone_id == _line(uow, deal_id, step).id,
        Receipt.kind == ReceiptKind.PAYMENT,
        Receipt.state == ReceiptState.VERIFIED,
    )
    payment = uow.session.scalars(paid).one()
    payments.report_refund(uow, payment.id, _transferred(uow, deal_id, step.amount_yuan * 100 or payment.fen))


def _confirm(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    receipt = _newest(uow, deal_id, ReceiptState.REPORTED)
    payments.confirm(uow, receipt.id, receipt.sent_on)


def _verify(uow: UnitOfWork, deal_id: int, _step: StepTold) -> None:
    payments.verify(uow, _newest(uow, deal_id, ReceiptState.CONFIRMED).id)


def _invoice(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    line = _line(uow, deal_id, step)
    payments.invoice(uow, line.id, f"{china_day(uow.now()):%y}37{deal_id:08d}{line.number:08d}", vat_in(line.fen))


def _fall_due(uow: UnitOfWork, deal_id: int, step: StepTold) -> None:
    payments.fall_due(uow, _line(uow, deal_id, step).id, china_day(uow.now()) + timedelta(days=step.valid_days or 30))


MONEY_STEPS: Mapping[str, Callable[[UnitOfWork, int, StepTold], None]] = {
    "pay": _pay,
    "refund": _refund,
    "confirm_money": _confirm,
    "verify_money": _verify,
    "invoice": _invoice,
    "fall_due": _fall_due,
}
