"""Ways to let listings appear and to read who was alerted, for every test of alerts."""

from marketplace.alerts.models import AlertMessage, MatchAlert, Preference
from marketplace.alerts.rules import Frequency
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.events import ListingMoved, ListingRevised
from marketplace.listings.models import Listing
from tests.inboxes import happen, told
from tests.personas import People

STEPS = {"result": ("county_review", "approve"), "need": ("review", "approve")}


def appears(factory: UnitOfWorkFactory, listing_id: int, action: str = "approve") -> None:
    """An official publishes the listing, which a factory has put into the database."""
    with factory.reading() as uow:
        kind = uow.session.get_one(Listing, listing_id).kind.value
    source = "draft" if action == "publish_imported" else STEPS[kind][0]
    happen(factory, None, ListingMoved(kind, listing_id, action, source, "published"))


def changes(factory: UnitOfWorkFactory, listing_id: int, **values: object) -> None:
    """An approved revision of the listing."""
    with factory.writing() as uow:
        listing = uow.session.get_one(Listing, listing_id)
        for name, value in values.items():
            setattr(listing, name, value)
        listing.version += 1
        uow.emit(ListingRevised(listing.kind.value, listing_id, 1))


def alerted(factory: UnitOfWorkFactory, people: People) -> dict[str, list[str]]:
    """The lines of alerts in everybody's inbox."""
    lines = {
        who: [text for text, url in found if url.startswith("/alerts/")] for who, found in told(factory, people).items()
    }
    return {who: found for who, found in lines.items() if found}


def wants(factory: UnitOfWorkFactory, actor: Actor, frequency: Frequency) -> None:
    """The person wants to hear of matches so often."""
    with factory.writing() as uow:
        uow.session.merge(Preference(user_id=actor.user_id, frequency=frequency))


def rows(factory: UnitOfWorkFactory) -> list[MatchAlert]:
    """Every match alert there is, in order."""
    with factory.reading() as uow:
        return list(uow.session.query(MatchAlert).order_by(MatchAlert.id))


def messages(factory: UnitOfWorkFactory) -> list[AlertMessage]:
    """Every message there is, in order."""
    with factory.reading() as uow:
        return list(uow.session.query(AlertMessage).order_by(AlertMessage.id))
