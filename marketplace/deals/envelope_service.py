"""Use cases of the envelope around a document: what the schedule does when days pass, and handing one signature over."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.contracts import service
from marketplace.contracts.envelope import is_over, mark_reached
from marketplace.contracts.events import SigningDue
from marketplace.contracts.models import Document, SigningReminder
from marketplace.contracts.rules import DocumentState, PaperState, awaits_official
from marketplace.contracts.signing_service import signatures, whose_turn
from marketplace.deals.models import Deal
from marketplace.deals.room import STEP_OF, Room, enter_by_document
from marketplace.deals.writing import note_step
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.powers import service as powers
from marketplace.powers.models import SigningPower
from marketplace.powers.queries import holders
from marketplace.powers.service import Handover


def expire_overdue(uow: UnitOfWork) -> None:
    """Close texts whose last day for signing (in China) has passed; a paper that waits for an official is waited for.

    Run by the schedule. A signature given at the same time comes before or after it, for both lock the deal. Emits DocumentMoved.
    """
    today = china_day(uow.now())
    overdue = (Document.state == DocumentState.SENT, Document.sign_by < today, Document.paper != PaperState.CONFIRMED)
    for document_id in uow.session.scalars(select(Document.id).where(*overdue).order_by(Document.deal_id)).all():
        room, document = enter_by_document(uow, document_id)
        is_open = document.state is DocumentState.SENT and is_over(document.sign_by, today)
        if is_open and not awaits_official(document.state, document.paper):
            service.expire(uow, document)
            note_step(room, document, "expire")


def remind_due(uow: UnitOfWork) -> None:
    """Remind whoever has to sign and whose turn it is, on the days of `signing_reminder_days`, once each.

    Run by the schedule; emits SigningDue for each party. While an uploaded paper goes its way nobody is asked to sign.
    """
    today = china_day(uow.now())
    open_ = (Document.state == DocumentState.SENT, Document.paper == PaperState.NONE, Document.sign_by >= today)
    for document in uow.session.scalars(select(Document).where(*open_).order_by(Document.id)).all():
        for party_id in sorted(whose_turn(uow, document.id)):
            _remind(uow, document, party_id)


def _remind(uow: UnitOfWork, document: Document, party_id: int) -> None:
    assert document.sign_by is not None
    assert document.sent_at is not None
    since = max([document.sent_at, *(one.at for one in signatures(uow, document.id))])
    marks, today = uow.settings.signing_reminder_days, china_day(uow.now())
    days_left = mark_reached(marks, document.sign_by, today, china_day(since))
    if days_left is None or _was_reminded(uow, document.id, party_id, days_left):
        return
    row = SigningReminder(document_id=document.id, party_id=party_id, days_left=days_left, at=uow.now())
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
    except IntegrityError:  # Another worker was faster.
        return
    uow.emit(SigningDue(document.id, document.deal_id, party_id, days_left))


def _was_reminded(uow: UnitOfWork, document_id: int, party_id: int, days_left: int) -> bool:
    of_mark = (
        SigningReminder.document_id == document_id,
        SigningReminder.party_id == party_id,
        SigningReminder.days_left == days_left,
    )
    return uow.session.scalar(select(SigningReminder.id).where(*of_mark)) is not None


@dataclass(frozen=True)
class Awaited:
    """Whose signature of a document the actor may ask for now, and who signs for them by a written power."""

    document: Document
    title: str
    party_ids: tuple[int, ...]
    holders: frozenset[int]
    by_party: bool


def awaited(uow: UnitOfWork, document_id: int) -> Awaited:
    """Whom the actor may remind to sign: buyer and seller everybody else, an official whoever's turn it is.

    Raises NotFound, NotPermitted for everybody else, Conflict where nobody has to sign now whom he could remind.
    """
    room, document = enter_by_document(uow, document_id)
    if not room.relations & {Relation.PARTY, Relation.OFFICIAL}:
        raise NotPermitted(N_("You may not do this."))
    today = china_day(uow.now())
    is_open = document.state is DocumentState.SENT and document.paper is PaperState.NONE
    whose = whose_turn(uow, document.id) if is_open and not is_over(document.sign_by, today) else frozenset()
    parties = tuple(sorted(one for one in whose if not uow.actor.acts_for(one)))
    if not parties:
        raise Conflict(N_("Nobody else has to sign this text now. Nothing was sent."))
    held = holders(uow.session, document, parties, today)
    return Awaited(document, room.deal.title, parties, held, Relation.PARTY in room.relations)


def note_reminded(uow: UnitOfWork, awaited: Awaited) -> None:
    """Keep that the actor has reminded them, for the document's page."""
    rows = [
        SigningReminder(document_id=awaited.document.id, party_id=one, by_id=uow.actor.user_id, at=uow.now())
        for one in awaited.party_ids
    ]
    uow.session.add_all(rows)
    uow.flush()


def hand_over(uow: UnitOfWork, document_id: int, handover: Handover, party_id: int | None = None) -> SigningPower:
    """Hand one's party's signature of this text over to a colleague by a written power.

    Raises NotFound, NotPermitted, Conflict, InvalidInput.
    """
    room, document = enter_by_document(uow, document_id)
    mine = room.speaks_for(party_id)
    others = set(room.party_ids) - {mine}
    power = powers.hand_over(uow, document, mine, others, handover)
    room.step(STEP_OF[document.kind], document.id, "hand_over", mine)
    return power


def revoke(uow: UnitOfWork, power_id: int) -> SigningPower:
    """Take a power back. Raises NotFound, NotPermitted, Conflict."""
    power = powers.fetch(uow, power_id)
    room, document = enter_by_document(uow, power.document_id)
    powers.revoke(uow, power, document)
    room.step(STEP_OF[document.kind], document.id, "revoke", power.party_id)
    return power


def give_back(uow: UnitOfWork, power_id: int, reason: str) -> SigningPower:
    """The delegate gives his power back, with a reason his party reads. Raises NotFound, Conflict, InvalidInput."""
    power = powers.fetch(uow, power_id)
    if power.to_id != uow.actor.user_id:
        raise NotFound(N_("There is no such page."))
    deal_id = uow.session.get_one(Document, power.document_id).deal_id
    deal = uow.session.get_one(Deal, deal_id, with_for_update=True, populate_existing=True)
    document = service.fetch(uow, power.document_id)
    powers.give_back(uow, power, document, reason)
    Room(uow, deal, frozenset()).step(STEP_OF[document.kind], document.id, "give_back", power.party_id)
    return power
