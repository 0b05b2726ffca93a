"""Who may see a need, and who asks; the same rule as a WHERE clause for lists."""

from sqlalchemy import ColumnElement

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.listings import policy as listings
from marketplace.listings.policy import INSIDERS, is_insider, relations
from marketplace.needs.models import Need

__all__ = ["INSIDERS", "may_know_party", "may_see", "relations", "require_visible", "visible"]


def visible(actor: Actor) -> ColumnElement[bool]:
    """Needs the actor may see, as for every listing; a draft is shared among those who may act for its party."""
    return listings.visible(actor, Need)


def may_see(actor: Actor, need: Need) -> bool:
    """The same for one need."""
    return listings.may_see(actor, need)


def require_visible(actor: Actor, need: Need | None) -> Need:
    """The need, or NotFound when it is not there or not for this actor to know of."""
    if need is None or not may_see(actor, need):
        raise NotFound(N_("There is no such need."))
    return need


def may_know_party(actor: Actor, need: Need) -> bool:
    """An anonymous need names its party to insiders only; the other side learns it when an interest is accepted."""
    return not need.anonymous or is_insider(actor, need)
