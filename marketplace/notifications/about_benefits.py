"""Notices about benefits: officials hear what waits for them, the unit what became of it."""

from collections.abc import Iterator

from sqlalchemy import select

from marketplace.benefits.events import BenefitMoved
from marketplace.benefits.models import Declaration
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params, exact_amount
from marketplace.listings.models import Listing
from marketplace.notifications.audience import officials, speakers
from marketplace.notifications.notices import Notice, benefit_path
from marketplace.organisations.models import Organisation, Party

WAITS = N_("%(name)s has declared what “%(title)s” brought it in %(year)s: compare the reckoning with its proof.")
ANSWERED = {
    "verify": N_("The benefit of “%(title)s” in %(year)s is verified: %(amount)s."),
    "return": N_("The benefit of “%(title)s” in %(year)s was returned: %(reason)s"),
}


def moved(uow: UnitOfWork, event: BenefitMoved) -> Iterator[Notice]:
    """A declaration waits for the officials of the unit's county, or was verified or returned."""
    session = uow.session
    unit = session.get_one(Organisation, event.organisation_id)
    row = session.get_one(Declaration, event.declaration_id)
    title = session.scalars(select(Listing.title).where(Listing.id == event.result_id)).one()
    params: Params = {"name": unit.name, "title": title, "year": event.year}
    if event.action == "declare":
        yield Notice(officials(session, unit.county), WAITS, benefit_path(row.id), params)
    if event.action in ANSWERED:
        party_id = session.scalar(select(Party.id).where(Party.organisation_id == unit.id))
        answer: Params = {**params, "amount": exact_amount(event.fen), "reason": row.remark}
        yield Notice(speakers(session, party_id), ANSWERED[event.action], benefit_path(row.id), answer)
