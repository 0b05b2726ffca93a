"""When a claim hands a listing over, the interests that wait for its answer go with it."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.listings.events import ClaimMoved
from marketplace.listings.models import Listing
from marketplace.matching import service
from marketplace.matching.models import Interest
from marketplace.matching.rules import OPEN, Side


def readdress(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Address open interests to the new owner; one that he himself had sent lapses, for nobody answers himself."""
    for event in events:
        if isinstance(event, ClaimMoved) and event.action == "approve":
            _readdress(uow, uow.session.get_one(Listing, event.listing_id))


def _readdress(uow: UnitOfWork, listing: Listing) -> None:
    asked_about = ((Interest.side == Side.NEED) & (Interest.result_id == listing.id)) | (
        (Interest.side == Side.RESULT) & (Interest.need_id == listing.id)
    )
    waiting = select(Interest).where(asked_about, Interest.state.in_(OPEN), Interest.to_party_id != listing.party_id)
    for interest in uow.session.scalars(waiting.order_by(Interest.id).with_for_update()).all():
        if interest.from_party_id == listing.party_id:
            service.lapse(uow, interest)
        else:
            interest.to_party_id = listing.party_id
