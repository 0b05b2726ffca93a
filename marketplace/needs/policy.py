"""Who may see a need, and who asks; the same rule as a WHERE clause for lists."""

from sqlalchemy import ColumnElement, or_

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.listings.policy import is_in_office, is_mine, relations
from marketplace.needs.models import Need
from marketplace.needs.rules import VISIBLE, NeedState

INSIDERS = frozenset({Relation.AUTHOR, Relation.OWNER, Relation.OFFICIAL, Relation.SYSTEM})


def visible(actor: Actor) -> ColumnElement[bool]:
    """Needs the actor may see: published ones, his own, and those of his office once submitted."""
    shown = Need.state.in_(VISIBLE)
    if not actor.is_signed_in:
        return shown
    return or_(shown, is_mine(actor), is_in_office(actor) & (Need.state != NeedState.DRAFT))


def may_see(actor: Actor, need: Need) -> bool:
    """The same for one need."""
    if need.state in VISIBLE:
        return True
    held = relations(actor, need)
    if need.state == NeedState.DRAFT:
        return bool(held & {Relation.AUTHOR, Relation.OWNER})
    return bool(held & INSIDERS)


def require_visible(actor: Actor, need: Need | None) -> Need:
    """The need, or NotFound when it is not there or not for this actor to know of."""
    if need is None or not may_see(actor, need):
        raise NotFound(N_("There is no such need."))
    return need


def may_know_party(actor: Actor, need: Need) -> bool:
    """An anonymous need names its party to insiders only; the other side learns it when an interest is accepted."""
    return not need.anonymous or bool(relations(actor, need) & INSIDERS)
