"""What an actor is to an agreement, and who may know of it and of what was opened under it."""

from sqlalchemy import ColumnElement, false, or_, select

from marketplace.confidentiality.models import Agreement
from marketplace.deals.models import Deal
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation
from marketplace.listings.policy import is_insider
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState
from marketplace.results.models import Result
from marketplace.results.rules import Disclosure


def is_protected(result: Result) -> bool:
    """Whether how it works is kept from the public (专利法 art. 22): where a patent is filed it is open to all."""
    return result.disclosure is not Disclosure.PATENT_FILED


def relations(actor: Actor, agreement: Agreement) -> frozenset[Relation]:
    """What the actor is to an agreement. Who acts for both parties is both, and signs for one alone."""
    found = {
        Relation.SYSTEM: actor.is_system,
        Relation.OWNER: actor.acts_for(agreement.owner_party_id),
        Relation.OTHER_SIDE: actor.acts_for(agreement.reader_party_id),
    }
    return frozenset(relation for relation, holds in found.items() if holds)


def require_visible(uow: UnitOfWork, agreement: Agreement | None) -> tuple[Agreement, Result, frozenset[Relation]]:
    """An agreement for those who act for its parties, the author of the result and its officials. Raises NotFound."""
    result = uow.session.get(Result, agreement.result_id) if agreement else None
    if agreement is not None and result is not None:
        held = relations(uow.actor, agreement)
        if held or is_insider(uow.actor, result):
            return agreement, result, held
    raise NotFound(N_("There is no such page."))


def reader_parties(uow: UnitOfWork, result: Result) -> list[int]:
    """The parties whose accepted interest in this result has led to talks that are not over, the owner's own left out.

    An interest that waits for an answer is none of them, so that nobody learns here who stands behind an anonymous need.
    """
    accepted = (Interest.state == InterestState.ACCEPTED, Interest.ended_at.is_(None))
    talks = select(Interest.from_party_id, Interest.to_party_id).where(Interest.result_id == result.id, *accepted)
    of_interests = {party for row in uow.session.execute(talks) if result.party_id in row for party in row}
    deals = select(Deal.buyer_party_id).where(Deal.result_id == result.id, Deal.ended_at.is_(None))
    of_deals = uow.session.scalars(deals.where(Deal.seller_party_id == result.party_id))
    return sorted((of_interests | set(of_deals)) - {result.party_id})


def is_side(actor: Actor) -> ColumnElement[bool]:
    """Agreements of the parties the actor may act for."""
    if not actor.is_signed_in:
        return false()
    return or_(Agreement.owner_party_id.in_(actor.party_ids), Agreement.reader_party_id.in_(actor.party_ids))
