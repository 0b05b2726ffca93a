"""The reading side of online payments."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.online.models import Dispute, OnlineAccount, PaymentPage, ProcessorEvent, Reconciliation
from marketplace.online.rules import COUNTS, AccountState, DisputeState, Outcome


def account_of(session: Session, organisation_id: int | None) -> OnlineAccount | None:
    """The account an organisation has named and not ended, whatever the processor says of it."""
    wanted = select(OnlineAccount).where(
        OnlineAccount.organisation_id == organisation_id, OnlineAccount.state.in_(COUNTS)
    )
    return session.scalar(wanted)


def payable_account(session: Session, organisation_id: int | None) -> OnlineAccount | None:
    """The account on which an organisation can be paid now."""
    account = account_of(session, organisation_id)
    return account if account is not None and account.state is AccountState.CONNECTED else None


def disputes_of(session: Session, deal_id: int) -> Mapping[int, Sequence[Dispute]]:
    """The disputes about payments of a deal, by payment, the oldest first."""
    found: dict[int, list[Dispute]] = {}
    for one in session.scalars(select(Dispute).where(Dispute.deal_id == deal_id).order_by(Dispute.id)):
        found.setdefault(one.receipt_id, []).append(one)
    return found


def is_disputed(session: Session, receipt_id: int) -> bool:
    """Whether the payer's bank contests the payment just now."""
    is_open = select(Dispute.id).where(Dispute.receipt_id == receipt_id, Dispute.state == DisputeState.OPEN)
    return session.scalar(is_open.limit(1)) is not None


def figures(session: Session) -> dict[str, int]:
    """For whoever runs the service: events that wait or that somebody has to look at, and what the last comparison has left."""
    looked_at = (Outcome.WAITING, Outcome.DIFFERS, Outcome.OTHER_ACCOUNT)
    counted = select(ProcessorEvent.outcome, func.count()).group_by(ProcessorEvent.outcome)
    found = dict(session.execute(counted).all())
    last = session.scalar(select(Reconciliation).order_by(Reconciliation.id.desc()).limit(1))
    counts = {outcome.value: found.get(outcome, 0) for outcome in looked_at}
    return {**counts, "differences": len(last.differences) if last is not None else 0}


def page_by_key(session: Session, key: str) -> PaymentPage | None:
    """The payment page of this key."""
    return session.scalar(select(PaymentPage).where(PaymentPage.key == key)) if key else None


def accounts_paid_on(session: Session, deal_id: int) -> Mapping[int | None, OnlineAccount]:
    """On which account each payment of a deal arrived, by payment: an official compares its name with the payee's."""
    paid = select(PaymentPage.receipt_id, OnlineAccount).join(OnlineAccount, OnlineAccount.id == PaymentPage.account_id)
    rows = session.execute(paid.where(PaymentPage.deal_id == deal_id, PaymentPage.receipt_id.is_not(None)))
    return dict(rows.all())
