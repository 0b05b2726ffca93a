"""What the form of a new interest offers: who is addressed, for whom one may speak, and which own listings one may name."""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.listings import policy as listing_policy
from marketplace.matching import policy
from marketplace.matching.cards import Card, need_card, result_card
from marketplace.matching.pairs import published
from marketplace.matching.rules import Side
from marketplace.needs.models import Need
from marketplace.organisations.parties import name_of, names_of
from marketplace.organisations.rules import PartyKind
from marketplace.results.models import Result

OWN_LISTINGS = 100
"""Nobody looks through more in a select."""


@dataclass(frozen=True)
class Approach:
    """One side about to tell the other. `own` and `parties` are choices as (id, text)."""

    side: Side
    target: Card
    own: tuple[tuple[int, str], ...]
    own_id: int | None
    parties: tuple[tuple[int, str], ...]
    is_own: bool

    def pair(self, own_id: int | None) -> tuple[int | None, int | None]:
        """(result, need) once an own listing was chosen, or none."""
        return (own_id, self.target.id) if self.side is Side.RESULT else (self.target.id, own_id)


def approach(uow: UnitOfWork, result_id: int | None, need_id: int | None) -> Approach:
    """The form's choices. With both ids, the listing that is the actor's own is his side. Raises NotFound, Conflict."""
    side = _side(uow, result_id, need_id)
    own_model: type[Result] | type[Need]
    if side is Side.NEED:
        target_id, own_id, own_model = result_id, need_id, Need
    else:
        target_id, own_id, own_model = need_id, result_id, Result
    target = _target(uow, side, target_id or 0)
    mine = listing_policy.is_mine(uow.actor) & own_model.state.in_(own_model.shown_in)
    own = uow.session.execute(
        select(own_model.id, own_model.title).where(mine).order_by(own_model.id.desc()).limit(OWN_LISTINGS)
    )
    card = _card(uow, target)
    return Approach(
        side, card, tuple((id_, title) for id_, title in own), own_id, _parties(uow), policy.is_mine(uow.actor, target)
    )


def _side(uow: UnitOfWork, result_id: int | None, need_id: int | None) -> Side:
    if result_id is not None and need_id is not None:
        need, result = uow.session.get(Need, need_id), uow.session.get(Result, result_id)
        if need is not None and policy.is_mine(uow.actor, need):
            return Side.NEED
        if result is not None and policy.is_mine(uow.actor, result):
            return Side.RESULT
    elif result_id is not None:
        return Side.NEED
    elif need_id is not None:
        return Side.RESULT
    raise NotFound(N_("There is no such page."))


def _target(uow: UnitOfWork, side: Side, target_id: int) -> Result | Need:
    return published(uow, Result, target_id) if side is Side.NEED else published(uow, Need, target_id)


def _card(uow: UnitOfWork, target: Result | Need) -> Card:
    names = {target.party_id: name_of(uow.session, target.party_id)}
    if isinstance(target, Result):
        return result_card(target, names)
    return need_card(target, names, names_party=not target.anonymous)


def _parties(uow: UnitOfWork) -> tuple[tuple[int, str], ...]:
    """Whom the actor may act for, organisations first: an interest is mostly that of a company."""
    names = names_of(uow.session, uow.actor.party_ids).values()
    ordered = sorted(names, key=lambda name: (name.kind is PartyKind.PERSON, name.id))
    return tuple((name.id, name.name) for name in ordered)
