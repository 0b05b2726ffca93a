"""Notices about organisations and their members."""

from collections.abc import Iterator

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params
from marketplace.notifications.audience import administrators, officials
from marketplace.notifications.notices import Notice, organisation_path
from marketplace.organisations.events import MembershipMoved, OrganisationMoved
from marketplace.organisations.models import Organisation

FOR_ADMINISTRATORS = {
    "verify": N_("%(name)s is verified and may sign contracts."),
    "return": N_("The papers of %(name)s were returned: %(reason)s"),
    "revoke": N_("The verification of %(name)s was revoked: %(reason)s"),
}
FOR_MEMBER = {
    "admit": N_("You are now a member of %(name)s."),
    "refuse": N_("%(name)s did not admit you as a member."),
    "leave": N_("Your membership of %(name)s has ended."),
}
WAITS_FOR_VERIFICATION = N_("%(name)s waits for its papers to be checked.")
WAITS_FOR_ADMISSION = N_("Somebody asks to become a member of %(name)s.")


def moved(uow: UnitOfWork, event: OrganisationMoved) -> Iterator[Notice]:
    """Papers were handed in, or an official has decided about them."""
    organisation = uow.session.get_one(Organisation, event.organisation_id)
    params: Params = {"name": organisation.name, "reason": organisation.note}
    url = organisation_path(organisation.id)
    if event.action == "submit":
        yield Notice(officials(uow.session, organisation.county), WAITS_FOR_VERIFICATION, url, params)
    if event.action in FOR_ADMINISTRATORS:
        message = FOR_ADMINISTRATORS[event.action]
        yield Notice(administrators(uow.session, organisation.id), message, url, params)


def membership_moved(uow: UnitOfWork, event: MembershipMoved) -> Iterator[Notice]:
    """Somebody asks to be admitted, or has his answer. Where nobody administers the organisation yet, officials decide."""
    organisation = uow.session.get_one(Organisation, event.organisation_id)
    params: Params = {"name": organisation.name}
    url = organisation_path(organisation.id)
    if event.action == "request":
        people = administrators(uow.session, organisation.id) or officials(uow.session, organisation.county)
        yield Notice(people, WAITS_FOR_ADMISSION, url, params)
    if event.action in FOR_MEMBER:
        yield Notice(frozenset({event.user_id}), FOR_MEMBER[event.action], url, params)
