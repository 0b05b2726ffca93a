"""Pairs of a result and a need: who may decide about one, and which listings a sender may name."""

from typing import TypeVar

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.listings.policy import require_visible
from marketplace.matching import policy
from marketplace.matching.queries import own_need, own_result
from marketplace.matching.rules import Side
from marketplace.needs.models import Need
from marketplace.results.models import Result

L = TypeVar("L", Result, Need)


def own_pair(uow: UnitOfWork, result_id: int, need_id: int, side: Side) -> tuple[Result, Need]:
    """The pair, for whoever may decide for this side of it. Raises NotFound."""
    if side is Side.RESULT:
        result, need = own_result(uow, result_id), published(uow, Need, need_id)
    else:
        result, need = published(uow, Result, result_id), own_need(uow, need_id)
    if not policy.is_mine(uow.actor, result if side is Side.RESULT else need):
        raise NotPermitted(N_("Only the side whose listing it is can put a match away."))
    return result, need


def listings(
    uow: UnitOfWork, side: Side, result_id: int | None, need_id: int | None
) -> tuple[Result | None, Need | None]:
    """Both listings, published and visible to the actor; on the sender's own side they must be his. Raises NotFound."""
    result = None if result_id is None else published(uow, Result, result_id)
    need = None if need_id is None else published(uow, Need, need_id)
    own = result if side is Side.RESULT else need
    if own is not None and not policy.is_mine(uow.actor, own):
        raise NotPermitted(N_("You can only send this in the name of your own listing."))
    return result, need


def published(uow: UnitOfWork, model: type[L], listing_id: int) -> L:
    """The listing if everybody may see it now. Raises NotFound, or Conflict for one that is his but not published."""
    listing = uow.session.get(model, listing_id)
    require_visible(uow.actor, listing)
    if listing is None or listing.state not in listing.shown_in:
        raise Conflict(N_("This listing is not published at the moment."))
    return listing
