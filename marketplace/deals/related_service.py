"""The use case on related parties: a party declares it, an official establishes it or finds otherwise."""

from marketplace.deals.room import enter
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.related import service
from marketplace.related.models import RelationFinding


def say_related(uow: UnitOfWork, deal_id: int, is_related: bool, reason: str) -> RelationFinding:
    """Say whether the parties of a deal are related. A party may only declare that they are: that they are not is for officials.

    Raises NotFound, NotPermitted, Conflict, InvalidInput; emits RelationFound.
    """
    room = enter(uow, deal_id)
    if Relation.OFFICIAL in room.relations:
        return service.say(uow, deal_id, is_related, reason, None)
    if not is_related:
        raise NotPermitted(N_("Only an official says that the parties are not related."))
    return service.say(uow, deal_id, is_related, reason, room.speaks_for())
