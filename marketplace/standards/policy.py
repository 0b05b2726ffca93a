"""Who proposes, reads and answers: administrators write, another administrator or an official of the city approves."""

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.standards.models import ClauseProposal

NO_TEXT = N_("There is no such standard text.")


def may_read(actor: Actor) -> bool:
    """Administrators and officials of the city."""
    return actor.is_administrator or actor.is_city_official


def require_reader(actor: Actor) -> None:
    """Raise NotFound for anybody else: how a text came about is theirs to know."""
    if not (may_read(actor) or actor.is_system):
        raise NotFound(NO_TEXT)


def relations_of(actor: Actor, proposal: ClauseProposal) -> frozenset[Relation]:
    """What the actor is to a proposal. Its author is nothing else, whatever offices he holds."""
    if actor.user_id == proposal.written_by_id:
        return frozenset({Relation.AUTHOR})
    offices = ((Relation.ADMINISTRATOR, actor.is_administrator), (Relation.OFFICIAL, actor.is_city_official))
    return frozenset(relation for relation, holds in offices if holds)
