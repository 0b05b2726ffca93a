"""Notices about identities, authenticator apps and authorities to sign; none holds a number."""

from collections.abc import Iterator

from marketplace.accounts.models import User
from marketplace.identity.events import AuthenticatorMoved, AuthorityMoved, IdentityMoved
from marketplace.identity.models import Authenticator, Authority, Identity
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.messages import N_
from marketplace.kernel.wording import Params
from marketplace.notifications.audience import administrators, officials
from marketplace.notifications.notices import Notice
from marketplace.organisations.models import Organisation

FOR_PERSON = {
    "verify": N_("Your identity is verified; you can sign electronically."),
    "return": N_("Your identity number came back: %(reason)s"),
    "revoke": N_("The verification of your identity was revoked: %(reason)s"),
}
FOR_UNIT = {
    "verify": N_("%(agent)s may sign for %(name)s: the authority is verified."),
    "refuse": N_("The authority of %(agent)s to sign for %(name)s was refused."),
    "revoke": N_("The authority of %(agent)s to sign for %(name)s was revoked."),
}
OF_APP = {
    "confirm": N_(
        "An authenticator app was set up for your account; its codes confirm your signatures. Was it not you? Change your "
        "password, then remove it."
    ),
    "remove": N_(
        "The authenticator app was removed from your account; a code that is sent to you confirms your signatures. Was it "
        "not you? Change your password now."
    ),
    "take_away": N_("An administrator removed the authenticator app from your account: %(reason)s"),
}
WAITS = N_("%(name)s gave an identity number, which waits to be compared.")
AUTHORITY_WAITS = N_("An authority to sign for %(name)s waits to be verified.")


def identity_moved(uow: UnitOfWork, event: IdentityMoved) -> Iterator[Notice]:
    """A number was given, or an official has decided about it."""
    identity, user = uow.session.get_one(Identity, event.identity_id), uow.session.get_one(User, event.user_id)
    if event.action == "declare":
        people = officials(uow.session, user.county) - {user.id}
        yield Notice(people, WAITS, f"/identities/{identity.id}", {"name": user.name})
    if event.action in FOR_PERSON:
        params: Params = {"reason": identity.note}
        yield Notice(frozenset({user.id}), FOR_PERSON[event.action], "/me/identity", params)


def authenticator_moved(uow: UnitOfWork, event: AuthenticatorMoved) -> Iterator[Notice]:
    """An app was set up or removed. Its person is told what he did himself, for it may have been somebody else."""
    if event.action in OF_APP:
        row = uow.session.get_one(Authenticator, event.authenticator_id)
        params: Params = {"reason": row.note} if event.action == "take_away" else {}
        yield Notice(frozenset({event.user_id}), OF_APP[event.action], "/me/authenticator", params)


def authority_moved(uow: UnitOfWork, event: AuthorityMoved) -> Iterator[Notice]:
    """An authority was recorded, or somebody has decided about it."""
    authority = uow.session.get_one(Authority, event.authority_id)
    organisation = uow.session.get_one(Organisation, event.organisation_id)
    agent, url = uow.session.get_one(User, event.user_id), f"/authorities/{authority.id}"
    params: Params = {"name": organisation.name, "agent": agent.name}
    if event.action == "record":
        yield Notice(officials(uow.session, organisation.county), AUTHORITY_WAITS, url, params)
    if event.action in FOR_UNIT:
        people = administrators(uow.session, organisation.id) | {agent.id}
        yield Notice(people, FOR_UNIT[event.action], url, params)
