"""Who may see a result and its protected parts; the same rule as a WHERE clause for lists."""

from sqlalchemy import ColumnElement, or_

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.listings.policy import is_in_office, is_mine, relations
from marketplace.results.models import Result
from marketplace.results.rules import VISIBLE, Disclosure, ResultState

INSIDERS = frozenset({Relation.AUTHOR, Relation.OWNER, Relation.OFFICIAL, Relation.SYSTEM})


def visible(actor: Actor) -> ColumnElement[bool]:
    """Results the actor may see: published ones, his own, and those of his office once submitted."""
    shown = Result.state.in_(VISIBLE)
    if not actor.is_signed_in:
        return shown
    return or_(shown, is_mine(actor), is_in_office(actor) & (Result.state != ResultState.DRAFT))


def may_see(actor: Actor, result: Result) -> bool:
    """The same for one result."""
    if result.state in VISIBLE:
        return True
    held = relations(actor, result)
    if result.state == ResultState.DRAFT:
        return bool(held & {Relation.AUTHOR, Relation.OWNER})
    return bool(held & INSIDERS)


def require_visible(actor: Actor, result: Result | None) -> Result:
    """The result, or NotFound when it is not there or not for this actor to know of."""
    if result is None or not may_see(actor, result):
        raise NotFound(N_("There is no such result."))
    return result


def may_read_description(actor: Actor, result: Result) -> bool:
    """How it works is open to all only once a patent is filed; publication before destroys novelty (专利法 art. 22)."""
    return result.disclosure is Disclosure.PATENT_FILED or bool(relations(actor, result) & INSIDERS)
