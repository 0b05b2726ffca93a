"""Who may see a result and its protected parts; the same rule as a WHERE clause for lists."""

from sqlalchemy import ColumnElement, or_, select

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.listings import policy as listings
from marketplace.listings.policy import INSIDERS, is_insider, relations
from marketplace.results.models import Contributor, Result
from marketplace.results.rules import Disclosure

__all__ = ["INSIDERS", "is_named", "may_read_description", "may_see", "relations", "require_visible", "visible"]


def visible(actor: Actor) -> ColumnElement[bool]:
    """Results the actor may see: as for every listing, and those in which he is named, so that he can say yes or no."""
    rule = listings.visible(actor, Result)
    return or_(rule, is_named(actor)) if actor.is_signed_in else rule


def is_named(actor: Actor) -> ColumnElement[bool]:
    """Results that name the actor as a contributor."""
    return Result.id.in_(select(Contributor.result_id).where(Contributor.user_id == actor.user_id))


def may_see(actor: Actor, result: Result) -> bool:
    """The rule of every listing for one result; who is only named in it is let in by `visible`."""
    return listings.may_see(actor, result)


def require_visible(actor: Actor, result: Result | None) -> Result:
    """The result, or NotFound when it is not there or not for this actor to know of."""
    if result is None or not may_see(actor, result):
        raise NotFound(N_("There is no such result."))
    return result


def may_read_description(actor: Actor, result: Result) -> bool:
    """How it works is open to all only once a patent is filed; publication before destroys novelty (专利法 art. 22)."""
    return result.disclosure is Disclosure.PATENT_FILED or is_insider(actor, result)
