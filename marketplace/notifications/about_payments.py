"""Notices about money: a line that fell due, payments and refunds on their way."""

from collections.abc import Iterator
from datetime import date

from marketplace.deals.models import Deal
from marketplace.deals.use_first import open_use
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, exact_amount, on_day
from marketplace.notifications.audience import officials, speakers
from marketplace.notifications.notices import Notice, payments_path
from marketplace.online.events import DisputeMoved
from marketplace.payments.events import MilestoneMoved, ReceiptMoved, RoyaltyMoved
from marketplace.payments.models import Milestone, Receipt, RoyaltyStatement

DUE = N_("Deal “%(title)s”: %(amount)s is to be paid by %(day)s.")
DUE_AFTER_USE = N_(
    "Deal “%(title)s”: the use is free until %(until)s. Until that day, the day included, the buyer can end it and pays nothing; "
    "if it goes on, %(amount)s is to be paid by %(day)s."
)
REPORTED = {
    "payment": N_("Deal “%(title)s”: the buyer reports a payment of %(amount)s. Has it arrived?"),
    "refund": N_("Deal “%(title)s”: the seller reports a refund of %(amount)s. Has it arrived?"),
}
WAITS = N_("Deal “%(title)s”: the voucher of %(amount)s waits for you to compare it.")
ARRIVED = {
    "payment": N_("Deal “%(title)s”: %(amount)s was paid online. The voucher waits to be compared."),
    "refund": N_("Deal “%(title)s”: %(amount)s was sent back online. The voucher waits to be compared."),
}
DISPUTE = {
    "open": N_("Deal “%(title)s”: the payer's bank disputes %(amount)s. Rewards from it rest until that is settled."),
    "lift": N_("Deal “%(title)s”: the dispute about %(amount)s is settled for the payee."),
    "lose": N_("Deal “%(title)s”: the dispute about %(amount)s is settled for the payer; the money goes back."),
}
TO_BOTH = {
    "verify": N_("Deal “%(title)s”: %(amount)s is verified and counts."),
    "reject": N_("Deal “%(title)s”: the voucher of %(amount)s was rejected: %(reason)s"),
    "undo": N_("Deal “%(title)s”: the refund of %(amount)s did not go through: %(reason)s"),
}
TO_SENDER = {
    "confirm": N_("Deal “%(title)s”: the other side confirms that %(amount)s has arrived."),
    "refuse": N_("Deal “%(title)s”: the other side says that %(amount)s has not arrived: %(reason)s"),
}


ROYALTY = {
    "state": N_("Deal “%(title)s”: the buyer states the figures of a royalty: %(amount)s. Please agree or object."),
    "agree": N_("Deal “%(title)s”: the seller agrees to the royalty of %(amount)s."),
    "object": N_("Deal “%(title)s”: the seller objects to the figures of the royalty: %(reason)s"),
}


def milestone_moved(uow: UnitOfWork, event: MilestoneMoved) -> Iterator[Notice]:
    """The buyer hears by when a line is to be paid, and until when he can end the use instead; the seller that it is."""
    if event.action != "fall_due" or event.due_on is None:
        return
    deal = uow.session.get_one(Deal, event.deal_id)
    fen = uow.session.get_one(Milestone, event.milestone_id).fen
    params: Params = {"title": deal.title, "amount": exact_amount(fen), "day": on_day(date.fromisoformat(event.due_on))}
    both, use = speakers(uow.session, deal.buyer_party_id, deal.seller_party_id), open_use(uow, deal)
    if use is None:
        yield Notice(both, DUE, payments_path(deal.id), params)
    else:
        yield Notice(both, DUE_AFTER_USE, payments_path(deal.id), {**params, "until": on_day(use.last_day)})


def royalty_moved(uow: UnitOfWork, event: RoyaltyMoved) -> Iterator[Notice]:
    """The figures of a royalty were stated, agreed or objected to."""
    deal = uow.session.get_one(Deal, event.deal_id)
    statement = uow.session.get_one(RoyaltyStatement, event.statement_id)
    to = deal.seller_party_id if event.action == "state" else deal.buyer_party_id
    params: Params = {"title": deal.title, "amount": exact_amount(event.fen), "reason": statement.reason}
    yield Notice(speakers(uow.session, to), ROYALTY[event.action], payments_path(deal.id), params)


def receipt_moved(uow: UnitOfWork, event: ReceiptMoved) -> Iterator[Notice]:
    """A payment or refund went its way: to the other side, to the officials of the seller's county, to both."""
    deal = uow.session.get_one(Deal, event.deal_id)
    receipt = uow.session.get_one(Receipt, event.receipt_id)
    sender = speakers(uow.session, receipt.party_id)
    both = speakers(uow.session, deal.seller_party_id, deal.buyer_party_id)
    url, action = payments_path(deal.id), event.action
    params: Params = {"title": deal.title, "amount": exact_amount(event.fen), "reason": receipt.reason}
    if action == "report":
        yield Notice(both - sender, REPORTED[event.kind], url, params)
    if action in TO_SENDER:
        yield Notice(sender, TO_SENDER[action], url, params)
    if action == "arrive":
        yield Notice(both, ARRIVED[event.kind], url, params)
    if action in {"confirm", "arrive"}:
        yield Notice(officials(uow.session, deal.seller_county), WAITS, url, params)
    if action in TO_BOTH:
        yield Notice(both, TO_BOTH[action], url, params)


def dispute_moved(uow: UnitOfWork, event: DisputeMoved) -> Iterator[Notice]:
    """Both parties hear of a dispute, and the officials of the seller's county."""
    deal = uow.session.get_one(Deal, event.deal_id)
    params: Params = {"title": deal.title, "amount": exact_amount(event.fen)}
    concerned = speakers(uow.session, deal.seller_party_id, deal.buyer_party_id)
    yield Notice(
        concerned | officials(uow.session, deal.seller_county), DISPUTE[event.action], payments_path(deal.id), params
    )
