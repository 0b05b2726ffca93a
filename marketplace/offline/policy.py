"""Who writes and reads the offline ledger: officials of a county the seller or buyer is of, and those of the city everything."""

from sqlalchemy import ColumnElement, false, or_, true

from marketplace.kernel.errors import NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.offline.models import OfflineEntry

NO_ENTRY = N_("There is no such row in the offline ledger.")
OTHER_COUNTY = N_("Neither the seller's nor the buyer's county is yours. An official of the city may enter it.")


def visible(actor: Actor) -> ColumnElement[bool]:
    """Rows of this official's counties."""
    if actor.is_city_official or actor.is_system:
        return true()
    if not actor.counties:
        return false()
    return or_(OfflineEntry.seller_county.in_(actor.counties), OfflineEntry.buyer_county.in_(actor.counties))


def is_in_office(actor: Actor, *counties: str | None) -> bool:
    """Whether one of the counties of a row is the actor's."""
    return any(actor.is_official_for(county) for county in counties)


def require_official(actor: Actor) -> None:
    """Raise NotPermitted for whoever is no official."""
    if not actor.is_official:
        raise NotPermitted(N_("Only officials keep the offline ledger."))


def require_visible(actor: Actor, entry: OfflineEntry | None) -> OfflineEntry:
    """The row, or NotFound when it is not there or not for this actor to know of."""
    if entry is None or not (actor.is_system or is_in_office(actor, entry.seller_county, entry.buyer_county)):
        raise NotFound(NO_ENTRY)
    return entry
