"""Who may keep the registry of bases: officials, each for his county."""

from marketplace.bases.models import Base
from marketplace.kernel.errors import NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor


def require_keeper(actor: Actor, county: str) -> None:
    """Raise NotPermitted unless the actor is an official for the county (or the system)."""
    if not (actor.is_system or actor.is_official_for(county)):
        raise NotPermitted(N_("Only an official of this county may keep its bases."))


def may_edit(actor: Actor, base: Base) -> bool:
    """Whether to offer the change."""
    return actor.is_official_for(base.county)
