"""Compares the processor's own list with what is kept here, and takes in what was never delivered.

What is missing is not written from the list: the event is fetched and stored, and goes the way of every other event.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from marketplace.infra.processor import CURRENCY, PaymentFacts, ProcessorRefuses, Received, RefundFacts
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.worker import Survey
from marketplace.kernel.clock import china_day
from marketplace.kernel.events import Event
from marketplace.online.accounts import processor_of
from marketplace.online.events import ReconcileDue
from marketplace.online.inbox import is_stored, store
from marketplace.online.models import Dispute, OnlineAccount, PaymentPage, Reconciliation
from marketplace.online.queries import page_by_key
from marketplace.online.rules import COUNTS
from marketplace.payments.arrivals import came_back, known
from marketplace.payments.models import Receipt
from marketplace.payments.rules import LIVE, Channel, ReceiptKind

log = logging.getLogger(__name__)
DAYS = 7
LONGEST_DAYS = 30
"""The processor forgets its events after so many days."""


@dataclass(frozen=True)
class Difference:
    """Something that stands on one side and not, or otherwise, on the other; `number` is the processor's, amounts in fen."""

    account: str
    what: str
    number: str
    processor_fen: int
    rows_fen: int
    deal_id: int | None = None


@dataclass
class Compared:
    """What was found: payments that were compared, differences, and the events that were never delivered."""

    since: datetime
    payments: int = 0
    differences: list[Difference] = field(default_factory=list)
    missed: list[Received] = field(default_factory=list)


def compare(uow: UnitOfWork, since: datetime) -> Compared:
    """Ask the processor for every account that was paid on here. Reads only; raises OSError when it cannot be reached."""
    found = Compared(since)
    accounts = select(OnlineAccount.account).outerjoin(PaymentPage, PaymentPage.account_id == OnlineAccount.id)
    concerned = OnlineAccount.state.in_(COUNTS) | (PaymentPage.asked_at >= since)
    for account in uow.session.scalars(accounts.where(concerned).distinct().order_by(OnlineAccount.account)):
        try:
            _compare_account(uow, account, found)
        except ProcessorRefuses as error:
            log.warning("reconcile: %s is refused: %s", account, error)
            found.differences.append(Difference(account, "account_refused", account, 0, 0))
    return found


def note(uow: UnitOfWork, found: Compared) -> None:
    """Store what was never delivered, which has it followed, and keep the result."""
    fetched = sum(store(uow, one, was_fetched=True) for one in found.missed)
    for one in found.differences:
        log.warning("reconcile: %s", one)
    uow.session.add(
        Reconciliation(
            at=uow.now(),
            since=found.since,
            payments=found.payments,
            fetched=fetched,
            differences=[asdict(one) for one in found.differences],
        )
    )


def announce(uow: UnitOfWork) -> None:
    """Once a day, where anybody pays online."""
    if uow.services.processor is not None:
        uow.pass_on(ReconcileDue((uow.now() - timedelta(days=DAYS)).isoformat()))


def _look(uow: UnitOfWork, events: Sequence[Event]) -> Compared | None:
    due = [datetime.fromisoformat(event.since) for event in events if isinstance(event, ReconcileDue)]
    return compare(uow, min(due)) if due else None


def _note(uow: UnitOfWork, found: Compared | None) -> None:
    if found is not None:
        note(uow, found)


RECONCILER: Survey[Compared | None] = Survey(_look, _note)
"""The nightly comparison; nothing is locked while the processor is asked."""


def _compare_account(uow: UnitOfWork, account: str, found: Compared) -> None:
    ask, seen = processor_of(uow).payment, set[str]()
    for session_id in processor_of(uow).pages_since(account, found.since):
        facts = ask(account, session_id)
        if facts is not None and facts.is_paid and facts.key:
            found.payments += 1
            seen.add(facts.charge_id)
            found.differences += _differences(uow, account, facts)
    for received in processor_of(uow).events_since(account, found.since):
        if not is_stored(uow, received.id):
            found.missed.append(received)
    found.differences += _unknown_there(uow, account, found.since, seen)


def _differences(uow: UnitOfWork, account: str, facts: PaymentFacts) -> Iterator[Difference]:
    page = page_by_key(uow.session, facts.key)
    deal_id = page.deal_id if page is not None else None
    kept = known(uow, facts.charge_id)
    payment = kept.fen if kept is not None else 0
    if facts.currency != CURRENCY:
        yield Difference(account, "currency", facts.charge_id, facts.amount, payment, deal_id)
    elif payment != facts.amount:
        yield Difference(account, "payment", facts.charge_id, facts.amount, payment, deal_id)
    for refund in facts.refunds:
        there = refund.amount if refund.is_done else 0
        if there != (here := _kept_of(uow, refund)):
            yield Difference(account, "refund", refund.id, there, here, deal_id)
    for dispute in facts.disputes:
        if (here := _disputed_fen(uow, dispute.id)) != dispute.amount:
            yield Difference(account, "dispute", dispute.id, dispute.amount, here, deal_id)


def _unknown_there(uow: UnitOfWork, account: str, since: datetime, seen: set[str]) -> Iterator[Difference]:
    """Payments that are kept here and that the processor does not list."""
    kept = (
        select(Receipt)
        .join(PaymentPage, PaymentPage.receipt_id == Receipt.id)
        .join(OnlineAccount, OnlineAccount.id == PaymentPage.account_id)
        .where(
            OnlineAccount.account == account,
            PaymentPage.asked_at >= since,
            Receipt.channel == Channel.ONLINE,
            Receipt.kind == ReceiptKind.PAYMENT,
            Receipt.sent_on >= china_day(since),
        )
    )
    for receipt in uow.session.scalars(kept.order_by(Receipt.id)):
        if receipt.processor_id not in seen:
            yield Difference(account, "payment", receipt.processor_id or "", 0, receipt.fen, receipt.deal_id)


def _kept_of(uow: UnitOfWork, refund: RefundFacts) -> int:
    """What is kept here of a refund. One that failed counts for nothing, or has come back as a payment of its own."""
    kept, is_back = known(uow, refund.id), known(uow, came_back(refund.id)) is not None
    counts = kept is not None and not is_back and (refund.is_done or kept.state in LIVE)
    return kept.fen if kept is not None and counts else 0


def _disputed_fen(uow: UnitOfWork, number: str) -> int:
    return uow.session.scalar(select(Dispute.fen).where(Dispute.processor_id == number)) or 0
