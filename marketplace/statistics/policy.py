"""Whose deals an official's figures are made of: the whole city's, or those his county sells or buys in; and who decides about
a snapshot."""

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.statistics.definition import Definition
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.models import Snapshot
from marketplace.statistics.rules import COUNTIES


def figures_for(actor: Actor) -> tuple[Definition, ...]:
    """The figures an official is shown: what cannot be told apart by county is the city's alone. Raises NotFound."""
    if _has_all(actor):
        return tuple(DEFINITIONS.values())
    if not actor.counties:
        raise NotFound(N_("There is no such page."))
    return tuple(one for one in DEFINITIONS.values() if COUNTIES & set(one.dimensions))


def counties_in_scope(actor: Actor, definition: Definition) -> frozenset[str] | None:
    """The counties whose deals, sold or bought, count for this official; None for all. Raises NotFound for anybody else, and for
    what is the city's alone."""
    if definition.code not in {one.code for one in figures_for(actor)}:
        raise NotFound(N_("There is no such figure."))
    return None if _has_all(actor) else actor.counties


def relations(actor: Actor, snapshot: Snapshot) -> frozenset[Relation]:
    """What the actor is to a snapshot: its author, or an official of the city who can vouch for it beside him; empty for whoever
    may only see it once it is published."""
    if not actor.is_city_official:
        return frozenset()
    return frozenset({Relation.AUTHOR if actor.user_id == snapshot.frozen_by_id else Relation.OFFICIAL})


def _has_all(actor: Actor) -> bool:
    return actor.is_city_official or actor.is_system
