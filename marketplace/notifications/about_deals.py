"""Notices about deals: messages, offers, documents and signatures."""

from collections.abc import Iterator

from sqlalchemy import select

from marketplace.contracts.events import DocumentMoved
from marketplace.contracts.models import Document
from marketplace.contracts.queries import makers_of
from marketplace.contracts.rules import DocumentKind, DocumentState, PaperState
from marketplace.deals.events import DealMoved, MessageSent, OfferMoved, UseEnding
from marketplace.deals.models import Deal
from marketplace.deals.signatories import signing_parties
from marketplace.deals.use_first import open_use
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, on_day, words
from marketplace.notifications import about_envelopes
from marketplace.notifications.audience import NOBODY, officials, speakers
from marketplace.notifications.notices import Notice, deal_path, document_path, listing_path
from marketplace.results.models import Result

DEAL = {
    "open": N_("The deal “%(title)s” is open. Write the first message or make an offer."),
    "enter_into_force": N_("The contract of “%(title)s” is in force."),
    "lose": N_("The deal “%(title)s” was given up: %(reason)s"),
    "terminate": N_("The contract of “%(title)s” was terminated: %(reason)s"),
    "end_by_agreement": N_("The contract of “%(title)s” was ended by agreement: %(reason)s"),
    "end_use": N_(
        "The buyer of “%(title)s” does not go on using it: the contract has ended, and nothing is to be paid. Reason: %(reason)s"
    ),
    "reopen": N_("The other side wants to negotiate “%(title)s” again."),
    "perform": N_("Performance of “%(title)s” has begun."),
    "accept_delivery": N_("The delivery of “%(title)s” was accepted."),
    "complete": N_("The deal “%(title)s” is completed."),
}
ENDS_A_CONTRACT = frozenset({"terminate", "end_by_agreement", "end_use"})
OFFER = {
    "make": N_("There is a new offer in the deal “%(title)s”. Please answer it."),
    "counter": N_("There is a counter-offer in the deal “%(title)s”. Please answer it."),
    "accept": N_("Your offer in the deal “%(title)s” was accepted. The contract can be written."),
    "decline": N_("Your offer in the deal “%(title)s” was declined. The reason stands in the deal."),
    "withdraw": N_("The other side has withdrawn its offer in the deal “%(title)s”."),
    "lapse": N_("An offer in the deal “%(title)s” has lapsed without an answer."),
}
DOCUMENT = {
    "complete": N_("%(kind)s of the deal “%(title)s”: signed by all parties."),
    "decline": N_(
        "%(kind)s of the deal “%(title)s”: another party declined to sign. The reason stands in the document."
    ),
    "upload": N_("%(kind)s of the deal “%(title)s”: the signed paper was uploaded. Please confirm it."),
    "verify": N_("%(kind)s of the deal “%(title)s”: the signed paper was verified by an official."),
    "reject": N_("%(kind)s of the deal “%(title)s”: the scan was rejected by an official. Please upload it again."),
}
REJECTED_UNTIL = N_(
    "%(kind)s of the deal “%(title)s”: the scan was rejected by an official. Please upload it again, until %(day)s; the paper "
    "you have signed stays good unless it is what is wrong."
)
USE_ENDING = N_(
    "In the deal “%(title)s” you use the technology without payment until %(day)s. If you do not end the use there by that day, "
    "the price is due."
)
MESSAGE = N_("There is a new message in the deal “%(title)s”.")
PAPER_WAITS = N_("%(kind)s of the deal “%(title)s”: a signed paper waits for you to verify it.")
FOR_AUTHOR = N_("A contract on your result “%(title)s” is in force.")


def moved(uow: UnitOfWork, event: DealMoved) -> Iterator[Notice]:
    """A deal was opened or took a step; the author of the result hears when it has become a contract."""
    deal = uow.session.get_one(Deal, event.deal_id)
    both = speakers(uow.session, deal.seller_party_id, deal.buyer_party_id)
    if event.action in DEAL:
        said: Params = {"title": deal.title, "reason": deal.reason}
        yield Notice(both, DEAL[event.action], deal_path(deal.id), said)
        if event.action in ENDS_A_CONTRACT:
            yield from _to_makers(uow, deal, DEAL[event.action], said, both)
    result = uow.session.get(Result, deal.result_id) if deal.result_id else None
    if event.action == "enter_into_force" and result is not None and result.author_id not in {None, *both}:
        people = frozenset({result.author_id}) if result.author_id else NOBODY
        yield Notice(people, FOR_AUTHOR, listing_path("result", result.id), {"title": result.title})


def _to_makers(uow: UnitOfWork, deal: Deal, message: str, said: Params, told: frozenset[int]) -> Iterator[Notice]:
    """Who signed as a maker is told by the text he signed: the deal's room is not open to him."""
    signed = (
        Document.deal_id == deal.id,
        Document.kind == DocumentKind.CONTRACT,
        Document.state == DocumentState.COMPLETE,
    )
    for contract_id in uow.session.scalars(select(Document.id).where(*signed)).all():
        makers = [one.party_id for one in makers_of(uow.session, contract_id)]
        yield Notice(speakers(uow.session, *makers) - told, message, document_path(contract_id), said)


def use_ending(uow: UnitOfWork, event: UseEnding) -> Iterator[Notice]:
    """The buyer's use without payment ends soon; nothing is said once he has decided."""
    deal = uow.session.get_one(Deal, event.deal_id)
    use = open_use(uow, deal)
    if use is not None:
        params: Params = {"title": deal.title, "day": on_day(use.last_day)}
        yield Notice(speakers(uow.session, deal.buyer_party_id), USE_ENDING, deal_path(deal.id), params)


def message_sent(uow: UnitOfWork, event: MessageSent) -> Iterator[Notice]:
    """One side wrote; colleagues of the writer need no mail about it."""
    yield _to_others(uow, event.deal_id, event.by_party_id, MESSAGE)


def offer_moved(uow: UnitOfWork, event: OfferMoved) -> Iterator[Notice]:
    """An offer was made or answered."""
    if event.action in OFFER:
        by_party_id = None if event.action == "lapse" else event.by_party_id
        yield _to_others(uow, event.deal_id, by_party_id, OFFER[event.action])


def document_moved(uow: UnitOfWork, event: DocumentMoved) -> Iterator[Notice]:
    """A document was sent, signed, refused, or its paper went its way."""
    deal = uow.session.get_one(Deal, event.deal_id)
    params: Params = {"title": deal.title, "kind": words([DocumentKind(event.kind)])}
    url = document_path(event.document_id)
    yield from about_envelopes.document_moved(uow, event, deal)
    document = uow.session.get(Document, event.document_id)
    if event.action in DOCUMENT:
        parties = {one.party_id for one in signing_parties(uow.session, deal, event.document_id)}
        others, message = parties - {event.party_id}, DOCUMENT[event.action]
        if event.action == "reject" and document is not None and document.sign_by is not None:
            message, params = REJECTED_UNTIL, {**params, "day": on_day(document.sign_by)}
        yield Notice(speakers(uow.session, *others), message, url, params)
    if event.action == "confirm" and document is not None and document.paper is PaperState.CONFIRMED:
        yield Notice(officials(uow.session, deal.seller_county), PAPER_WAITS, url, params)


def _to_others(uow: UnitOfWork, deal_id: int, by_party_id: int | None, message: str) -> Notice:
    """To the other side; to both when no side did it."""
    deal = uow.session.get_one(Deal, deal_id)
    others = {deal.seller_party_id, deal.buyer_party_id} - {by_party_id}
    return Notice(speakers(uow.session, *others), message, deal_path(deal.id), {"title": deal.title})
