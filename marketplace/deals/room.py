"""Entering a deal's room: the deal locked, the actor's relations to it, the party he speaks for; and the steps taken there.

Every use case that changes something in a deal enters first, so that whatever two people do to one deal happens one after the
other. On SQLite a writer is alone anyway.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.contracts.models import Document
from marketplace.contracts.rules import DocumentKind
from marketplace.contracts.service import fetch
from marketplace.deals.events import DealMoved
from marketplace.deals.models import Deal, Offer, Step
from marketplace.deals.policy import require_visible
from marketplace.deals.rules import DEAL_STATES, DealState, StepKind
from marketplace.deals.signatories import DOCUMENT_READERS, document_relations, maker_ids
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.payments import plan
from marketplace.payments import service as payments
from marketplace.payments.models import Milestone, Receipt

STEP_OF = {
    DocumentKind.CONTRACT: StepKind.CONTRACT,
    DocumentKind.LETTER_OF_INTENT: StepKind.LETTER_OF_INTENT,
    DocumentKind.AMENDMENT: StepKind.AMENDMENT,
    DocumentKind.TERMINATION_AGREEMENT: StepKind.TERMINATION_AGREEMENT,
}


@dataclass(frozen=True)
class Room:
    """A deal, locked for this unit of work, and what the actor is to it."""

    uow: UnitOfWork
    deal: Deal
    relations: frozenset[Relation]
    maker_ids: tuple[int, ...] = ()
    """Who is a party beside seller and buyer, where it was entered by a document that has such."""

    @property
    def party_ids(self) -> tuple[int, ...]:
        """Everybody who may be spoken for, seller and buyer first."""
        return (self.deal.seller_party_id, self.deal.buyer_party_id, *self.maker_ids)

    def speaks_for(self, party_id: int | None = None, but: Collection[int] = ()) -> int:
        """The party the actor speaks for: the one named, else the first he may act for, if he can none of those in `but`.

        Raises NotPermitted.
        """
        parties = sorted(self.party_ids, key=lambda one: one in but)
        mine = [one for one in parties if self.uow.actor.acts_for(one) and party_id in {None, one}]
        if not mine:
            raise NotPermitted(N_("Only the parties of this deal may do this."))
        return mine[0]

    def own_party(self) -> int | None:
        """The party the actor may act for, or None: an author, an official, the system."""
        return self.speaks_for() if self.relations & {Relation.PARTY, Relation.MAKER} else None

    def require_state(self, *states: DealState) -> None:
        """Raise Conflict unless the deal is in one of these states."""
        if self.deal.state not in states:
            raise Conflict(
                N_("This is no longer possible: the state has changed. Reload the page to see where it stands.")
            )

    def move(
        self, action: str, relations: frozenset[Relation] | None = None, reason: str = "", **values: object
    ) -> None:
        """Take an action of the deal's lifecycle. Emits DealMoved."""
        before = self.deal.state
        self.deal.reason = reason
        advance(
            self.uow,
            DEAL_STATES,
            self.deal,
            action,
            self.relations if relations is None else relations,
            reason,
            **values,
        )
        self.step(StepKind.DEAL, self.deal.id, action, self.own_party(), reason)
        after = self.deal.state
        self.uow.emit(DealMoved(self.deal.id, action, before.value, after.value, self.own_party()))

    def step(self, kind: StepKind, object_id: int, action: str, party_id: int | None, reason: str = "") -> None:
        """Write a line of the deal's history. What a person does moves the deal; a term that runs out does not."""
        now = self.uow.now()
        if not self.uow.actor.is_system:
            self.deal.moved_at = now
        self.uow.session.add(
            Step(
                deal_id=self.deal.id,
                at=now,
                user_id=self.uow.actor.user_id,
                party_id=party_id,
                kind=kind,
                object_id=object_id,
                action=action,
                reason=reason,
            )
        )
        self.uow.flush()


def enter(uow: UnitOfWork, deal_id: int) -> Room:
    """Lock the deal. Raises NotFound when it is not there or not for this actor to know of."""
    deal = uow.session.get(Deal, deal_id, with_for_update=True, populate_existing=True)
    return Room(uow, *require_visible(uow.session, uow.actor, deal))


def enter_by_offer(uow: UnitOfWork, offer_id: int) -> tuple[Room, Offer]:
    """Lock the deal of an offer and read the offer as it is then. Raises NotFound."""
    deal_id = uow.session.scalar(select(Offer.deal_id).where(Offer.id == offer_id))
    if deal_id is None:
        raise NotFound(N_("There is no such deal."))
    room = enter(uow, deal_id)
    return room, uow.session.get_one(Offer, offer_id, populate_existing=True)


def enter_by_milestone(uow: UnitOfWork, milestone_id: int) -> tuple[Room, Milestone]:
    """Lock the deal of a line of its payment plan and read the line as it is then. Raises NotFound."""
    room = enter(uow, plan.fetch(uow, milestone_id).deal_id)
    return room, plan.fetch(uow, milestone_id)


def enter_by_receipt(uow: UnitOfWork, receipt_id: int) -> tuple[Room, Receipt]:
    """Lock the deal of a payment or refund and read it as it is then. Raises NotFound."""
    room = enter(uow, payments.fetch(uow, receipt_id).deal_id)
    return room, payments.fetch(uow, receipt_id)


def enter_by_document(uow: UnitOfWork, document_id: int) -> tuple[Room, Document]:
    """Lock the deal of a document and read the document as it is then, also as one of its makers. Raises NotFound."""
    deal_id = uow.session.scalar(select(Document.deal_id).where(Document.id == document_id))
    if deal_id is None:
        raise NotFound(N_("There is no such document."))
    deal = uow.session.get_one(Deal, deal_id, with_for_update=True, populate_existing=True)
    document = fetch(uow, document_id)
    held = document_relations(uow.session, uow.actor, deal, document)
    if not held & DOCUMENT_READERS:
        raise NotFound(N_("There is no such document."))
    return Room(uow, deal, held, maker_ids(uow.session, document)), document
