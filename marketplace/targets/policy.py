"""Who sets targets, who sees which of them, and of which figures there are any."""

from marketplace.kernel.errors import NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.statistics.definition import Definition
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.policy import figures_for
from marketplace.statistics.rules import Dimension, FigureCode
from marketplace.targets.rules import WITH_TARGETS


def county_dimension(definition: Definition) -> Dimension | None:
    """By which cut a figure is told apart by county: the seller's where there are two sides. None for what is only the city's."""
    return next((one for one in (Dimension.SELLER, Dimension.COUNTY) if one in definition.dimensions), None)


def targets_for(actor: Actor) -> tuple[Definition, ...]:
    """The figures an official sees targets of. Raises NotFound for whoever is no official."""
    return tuple(one for one in figures_for(actor) if one.code in WITH_TARGETS)


def require_target(actor: Actor, code: FigureCode) -> Definition:
    """The definition of a figure whose targets the actor may see. Raises NotFound."""
    definition = DEFINITIONS[code]
    if definition not in targets_for(actor):
        raise NotFound(N_("There is no such figure."))
    return definition


def require_may_set(actor: Actor) -> None:
    """Raise NotPermitted for all but officials of the city."""
    if not actor.is_city_official:
        raise NotPermitted(N_("Only officials of the city set targets."))
