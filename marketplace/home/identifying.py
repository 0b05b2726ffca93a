"""What waits for a person about his identity and about who signs for his units. Reads only."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from marketplace.accounts.models import User
from marketplace.identity.models import Authority, AuthorityStep, Identity
from marketplace.identity.rules import AuthorityState, IdentityState
from marketplace.kernel.permissions import Actor

Rows = Select[*tuple[Any, ...]]


def returned(actor: Actor) -> Rows:
    """The actor's own number, where an official has sent it back; its title is the reason."""
    sent_back = (Identity.user_id == actor.user_id, Identity.state == IdentityState.RETURNED)
    return select(Identity.id, Identity.note, Identity.declared_at).where(*sent_back)


def refused(actor: Actor) -> Rows:
    """Refused authorities of units the actor administers, until another one of the same person is recorded."""
    newer = aliased(Authority)
    again = select(newer.id).where(
        newer.organisation_id == Authority.organisation_id,
        newer.user_id == Authority.user_id,
        newer.id > Authority.id,
    )
    return (
        select(Authority.organisation_id, User.name, AuthorityStep.at)
        .join(AuthorityStep, AuthorityStep.authority_id == Authority.id)
        .join(User, User.id == Authority.user_id)
        .where(AuthorityStep.state == AuthorityState.REFUSED, Authority.organisation_id.in_(actor.administered_ids))
        .where(~again.exists())
        .order_by(AuthorityStep.at)
    )
