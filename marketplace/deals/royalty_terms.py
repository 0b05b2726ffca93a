"""What royalty a deal's contract in force names, and what its amendments make of it from which quarter on. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.contracts.models import AmendedRoyalty, Document
from marketplace.contracts.royalties import Phase, Royalty, RoyaltyChange, Schedule, scheduled
from marketplace.contracts.rules import DocumentKind, DocumentState
from marketplace.deals.models import Deal, Offer
from marketplace.deals.rules import DealState
from marketplace.kernel.clock import china_day
from marketplace.kernel.texts import single_line


@dataclass(frozen=True)
class RoyaltySpan:
    """A royalty as a page shows it, with its first and last day in China: none where it begins with the contract, or goes on.

    `agreed_in` is the amendment that brought it, None for the contract.
    """

    royalty: Royalty
    first_on: date | None
    last_on: date | None
    agreed_in: Document | None


def royalty_schedule(session: Session, deal_id: int) -> Schedule | None:
    """What holds when; None where the contract that is or was in force names no royalty."""
    phases = agreed_royalties(session, deal_id)
    if not phases:
        return None
    deal, schedule = session.get_one(Deal, deal_id), scheduled(phases)
    ended_on = deal.ended_on if deal.state is DealState.TERMINATED else None
    return schedule.until(ended_on) if ended_on else schedule


def royalty_spans(session: Session, schedule: Schedule | None) -> tuple[RoyaltySpan, ...]:
    """The same for a page, in the order of time; nothing where there is no royalty."""
    return tuple(
        RoyaltySpan(
            phase.royalty,
            phase.from_on,
            last_on,
            session.get_one(Document, phase.document_id) if phase.from_on else None,
        )
        for phase, last_on in (schedule.spans() if schedule else ())
    )


def holds_from(session: Session, document: Document) -> date | None:
    """The day in China from which on the royalty of an amendment holds; None where it brings none, is not signed by all, a later
    one goes before it, or the contract ended before."""
    schedule = royalty_schedule(session, document.deal_id)
    phases = schedule.phases if schedule else ()
    return next((one.from_on for one in phases if one.document_id == document.id), None)


def royalty_offered(session: Session, document: Document) -> Royalty | None:
    """What a contract says of a royalty, signed or not: it is in the offer it was written from."""
    offer = session.get(Offer, document.offer_id) if document.offer_id else None
    if offer is None or offer.royalty_bp is None:
        return None
    return Royalty(offer.royalty_bp, single_line(offer.royalty_base))


def agreed_royalties(session: Session, deal_id: int) -> list[Phase]:
    """What contract and amendments say that all have signed, in the order in which they took effect, each from the quarter on
    from which it holds or would have held."""
    signed = (Document.deal_id == deal_id, Document.state == DocumentState.COMPLETE)
    terms = select(Document.id, Offer.royalty_bp, Offer.royalty_base).join(Offer, Offer.id == Document.offer_id)
    row = session.execute(terms.where(*signed, Document.kind == DocumentKind.CONTRACT)).one_or_none()
    if row is None or row.royalty_bp is None:
        return []
    return [Phase(Royalty(row.royalty_bp, single_line(row.royalty_base)), row.id), *_amended(session, deal_id)]


def _amended(session: Session, deal_id: int) -> Iterator[Phase]:
    signed = (Document.deal_id == deal_id, Document.state == DocumentState.COMPLETE)
    found = select(Document, AmendedRoyalty).join(AmendedRoyalty, AmendedRoyalty.document_id == Document.id)
    in_order = (Document.completed_at, Document.id)
    for document, row in session.execute(found.where(*signed).order_by(*in_order)):
        change = RoyaltyChange(Royalty(row.share_bp, row.base), row.from_on)
        yield Phase(change.royalty, document.id, change.begins(china_day(document.completed_at or document.created_at)))
