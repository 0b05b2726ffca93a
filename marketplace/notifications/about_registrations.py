"""Notices about registrations: the seller hears what an official says, officials what waits for them, the buyer how it goes."""

from collections.abc import Iterator

from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, exact_amount, on_day
from marketplace.notifications.audience import officials, speakers
from marketplace.notifications.notices import Notice, registration_path
from marketplace.registrations.events import RecordMoved, RegistrationMoved, TransferMoved
from marketplace.registrations.models import PatentTransfer, Registration, RegistrationRecord

APPLICATION = {
    "submit": N_("Deal “%(title)s”: the seller has applied for the registration of the contract."),
    "refuse": N_("Deal “%(title)s”: the registrar did not register the contract: %(reason)s"),
}
WAITS = N_("Deal “%(title)s”: a paper of the registrar waits for you to compare it with its scan.")
VERIFIED = {
    "certificate": N_("Deal “%(title)s”: the contract is registered, A2 %(a2)s, A3 %(a3)s, from %(day)s."),
    "change": N_("Deal “%(title)s”: the registration was changed to A2 %(a2)s, A3 %(a3)s from %(day)s: %(reason)s"),
    "cancellation": N_("Deal “%(title)s”: the registration is cancelled from %(day)s: %(reason)s"),
}
RETURNED = N_("Deal “%(title)s”: an official returned the paper of the registrar: %(reason)s")
AT_CNIPA = {
    "apply": N_("Deal “%(title)s”: the other side has applied for the registration of patent %(number)s with CNIPA."),
    "take_effect": N_("Deal “%(title)s”: the assignment of patent %(number)s is registered with CNIPA and in effect."),
    "refuse": N_("Deal “%(title)s”: CNIPA did not register the assignment of patent %(number)s: %(reason)s"),
}


def moved(uow: UnitOfWork, event: RegistrationMoved) -> Iterator[Notice]:
    """The buyer hears that the contract is to be registered, or that it was refused."""
    if event.action not in APPLICATION:
        return
    deal = uow.session.get_one(Deal, event.deal_id)
    registration = uow.session.get_one(Registration, event.registration_id)
    params: Params = {"title": deal.title, "reason": registration.reason}
    buyer = speakers(uow.session, deal.buyer_party_id)
    yield Notice(buyer, APPLICATION[event.action], registration_path(deal.id), params)


def record_moved(uow: UnitOfWork, event: RecordMoved) -> Iterator[Notice]:
    """A paper waits for the officials of the seller's county, counts for both sides, or came back to the seller."""
    deal = uow.session.get_one(Deal, event.deal_id)
    record = uow.session.get_one(RegistrationRecord, event.record_id)
    url = registration_path(deal.id)
    params: Params = {"title": deal.title, "reason": record.reason, "day": on_day(record.dated)}
    amounts: Params = {"a2": exact_amount(event.a2_fen), "a3": exact_amount(event.a3_fen)}
    if event.action == "record":
        yield Notice(officials(uow.session, deal.seller_county), WAITS, url, params)
    if event.action == "verify":
        both = speakers(uow.session, deal.seller_party_id, deal.buyer_party_id)
        yield Notice(both, VERIFIED[event.kind], url, {**params, **amounts})
    if event.action == "return":
        seller = speakers(uow.session, deal.seller_party_id)
        yield Notice(seller, RETURNED, url, {**params, "reason": record.remark})


def transfer_moved(uow: UnitOfWork, event: TransferMoved) -> Iterator[Notice]:
    """The other side hears what was recorded of CNIPA."""
    deal = uow.session.get_one(Deal, event.deal_id)
    transfer = uow.session.get_one(PatentTransfer, event.transfer_id)
    params: Params = {"title": deal.title, "number": transfer.patent_number, "reason": transfer.reason}
    others = {deal.seller_party_id, deal.buyer_party_id} - {event.by_party_id}
    yield Notice(speakers(uow.session, *others), AT_CNIPA[event.action], registration_path(deal.id), params)
