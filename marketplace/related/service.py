"""Writes findings about related parties; who may say so is asked by whoever enters the deal."""

from collections.abc import Iterable

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_
from marketplace.kernel.texts import required
from marketplace.related.events import RelationFound
from marketplace.related.models import RelationFinding
from marketplace.related.queries import findings, traits_of
from marketplace.related.rules import LONGEST_REASON, Ground, grounds_between


def look(uow: UnitOfWork, deal_id: int, seller_party_id: int, buyer_party_id: int) -> None:
    """Find out what the platform can tell of the two: when a deal opens, and again before its contract is signed.

    The first look is always on record; a later one only where it finds a ground that nobody has seen before, so that what an
    official has said about the others holds. Emits RelationFound.
    """
    known = findings(uow.session, deal_id)
    found = grounds_between(*(traits_of(uow.session, one) for one in (seller_party_id, buyer_party_id)))
    seen = {ground for one in known for ground in one.named_grounds}
    if not known or set(found) - seen:
        _add(uow, RelationFinding(deal_id=deal_id, is_related=bool(found), grounds=_values(found)))


def say(uow: UnitOfWork, deal_id: int, is_related: bool, reason: str, party_id: int | None) -> RelationFinding:
    """Somebody says, with a reason, whether the parties are related; `party_id` is the party he speaks for.

    Raises Conflict when that is on record already, InvalidInput; emits RelationFound.
    """
    said = required(reason, "reason", LONGEST_REASON)
    known = findings(uow.session, deal_id)
    if known and known[0].is_related == is_related:
        raise Conflict(N_("This is on record already. Reload the page."))
    grounds = [Ground.DECLARED] if is_related else []
    finding = RelationFinding(
        deal_id=deal_id,
        is_related=is_related,
        grounds=_values(grounds),
        reason=said,
        party_id=party_id,
        found_by_id=uow.actor.user_id,
    )
    return _add(uow, finding)


def _values(grounds: Iterable[Ground]) -> list[str]:
    return [ground.value for ground in grounds]


def _add(uow: UnitOfWork, finding: RelationFinding) -> RelationFinding:
    finding.found_at = uow.now()
    uow.session.add(finding)
    uow.flush()
    uow.emit(RelationFound(finding.deal_id, finding.id, finding.is_related, finding.party_id))
    return finding
