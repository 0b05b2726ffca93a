"""What the text of a document says of its deal, and the line of the deal's history for each step of a document."""

from collections.abc import Sequence

from marketplace.contracts.clauses import MakerFacts, Subject
from marketplace.contracts.makers import MakerShare
from marketplace.contracts.models import Document
from marketplace.contracts.queries import party_facts
from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.service import Place
from marketplace.deals.models import Deal
from marketplace.deals.room import STEP_OF, Room
from marketplace.kernel.clock import china_day
from marketplace.listings.models import Listing
from marketplace.organisations.regions import load_region
from marketplace.standards.queries import standard_on

_REFERENCE = {
    DocumentKind.CONTRACT: "HT",
    DocumentKind.LETTER_OF_INTENT: "YX",
    DocumentKind.AMENDMENT: "BC",
    DocumentKind.TERMINATION_AGREEMENT: "JC",
}


def subject_of(room: Room, kind: DocumentKind, number: int, variant: str, makers: Sequence[MakerShare] = ()) -> Subject:
    """What a document is about; `variant` is the type of the contract, or LETTER, and `makers` sign it beside the two."""
    session, deal = room.uow.session, room.deal
    region = load_region(room.uow.settings.region)
    result = session.get(Listing, deal.result_id) if deal.result_id else None
    need = session.get(Listing, deal.need_id) if deal.need_id else None
    return Subject(
        kind=kind,
        reference=f"JG-{deal.id:06d}-{_REFERENCE[kind]}{number:02d}",
        title=deal.title,
        seller=party_facts(session, region, deal.seller_party_id),
        buyer=party_facts(session, region, deal.buyer_party_id),
        result_title=result.title if result else "",
        need_title=need.title if need else "",
        variant=variant,
        standard=standard_on(session, kind, china_day(room.uow.now())),
        makers=tuple(MakerFacts(party_facts(session, region, one.party_id), one.share_bp) for one in makers),
    )


def place_in(deal: Deal, by_party_id: int, makers: Sequence[MakerShare] = ()) -> Place:
    """Where a document of a deal stands that this party writes, and who signs it beside the two."""
    return Place(deal.id, by_party_id, (deal.seller_party_id, deal.buyer_party_id), tuple(makers))


def note_step(room: Room, document: Document, action: str, reason: str = "") -> None:
    """Write what became of a document into the deal's history."""
    party_id = None if action == "complete" else room.own_party()
    room.step(STEP_OF[document.kind], document.id, action, party_id, reason)
