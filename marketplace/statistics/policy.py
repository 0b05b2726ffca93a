"""Whose deals an official's figures are made of: the whole city's, or those his county sells or buys in; and who decides about
a snapshot."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, or_, true

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.statistics.definitions import DEFINITIONS, Definition
from marketplace.statistics.models import Snapshot
from marketplace.statistics.rules import Dimension


def figures_for(actor: Actor) -> tuple[Definition, ...]:
    """The figures an official is shown: what cannot be told apart by county is the city's alone. Raises NotFound."""
    if _has_all(actor):
        return tuple(DEFINITIONS.values())
    if not actor.counties:
        raise NotFound(N_("There is no such page."))
    return tuple(one for one in DEFINITIONS.values() if Dimension.SELLER in one.dimensions)


def in_scope(actor: Actor, rows: FromClause, definition: Definition) -> ColumnElement[Any]:
    """Rows of a figure that count for this official. Raises NotFound for anybody else, and for what is the city's alone."""
    if definition not in figures_for(actor):
        raise NotFound(N_("There is no such figure."))
    if _has_all(actor):
        return true()
    return or_(rows.c.seller.in_(actor.counties), rows.c.buyer.in_(actor.counties))


def relations(actor: Actor, snapshot: Snapshot) -> frozenset[Relation]:
    """What the actor is to a snapshot: its author, or an official of the city who can vouch for it beside him; empty for whoever
    may only see it once it is published."""
    if not actor.is_city_official:
        return frozenset()
    return frozenset({Relation.AUTHOR if actor.user_id == snapshot.frozen_by_id else Relation.OFFICIAL})


def _has_all(actor: Actor) -> bool:
    return actor.is_city_official or actor.is_system
