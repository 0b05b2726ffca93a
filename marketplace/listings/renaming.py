"""When a unit is called otherwise, its listings are indexed anew: they are found by its name."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.events import Event
from marketplace.listings.events import ListingOutdated
from marketplace.listings.models import Listing
from marketplace.organisations.events import OrganisationRenamed
from marketplace.organisations.models import Party


def outdate(uow: UnitOfWork, events: Sequence[Event]) -> None:
    """Have the index read the listings of these organisations again; drafts were never in it. Passes on ListingOutdated."""
    renamed = {event.organisation_id for event in events if isinstance(event, OrganisationRenamed)}
    theirs = (
        select(Listing.kind, Listing.id)
        .join(Party, Party.id == Listing.party_id)
        .where(Party.organisation_id.in_(renamed), Listing.published_at.is_not(None))
    )
    for kind, listing_id in uow.session.execute(theirs.order_by(Listing.id)):
        uow.pass_on(ListingOutdated(kind.value, listing_id))
