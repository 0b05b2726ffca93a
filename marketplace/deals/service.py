"""Use cases of a deal: opening it, writing to the other side, and the steps of its lifecycle."""

from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from marketplace.accounts.service import confirm_password
from marketplace.contracts.models import Document, Settlement
from marketplace.contracts.queries import day_of_signing
from marketplace.contracts.rules import (
    CHANGES,
    LONGEST_REASON,
    WHY_CONTRACT_ENDED,
    WHY_GIVEN_UP,
    WHY_USE_ENDED,
    DocumentKind,
    EndReason,
    required_reason,
)
from marketplace.contracts.service import require_none_awaited, void_all
from marketplace.deals.booking import book, contract_in_force, signed_fen
from marketplace.deals.events import DealMoved, MessageSent
from marketplace.deals.models import Deal, Message
from marketplace.deals.offer_service import close_open_offer
from marketplace.deals.outcome import outcome
from marketplace.deals.payment_service import require_all_paid, settle
from marketplace.deals.policy import WRITERS
from marketplace.deals.room import Room, enter
from marketplace.deals.rules import DEAL_STATES, TAKES_BACK, DealState, EntryKind, StepKind
from marketplace.deals.use_first import require_may_end_use
from marketplace.infra import media
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Upload, keep
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required, single_line
from marketplace.listings.models import Listing
from marketplace.matching import service as matching
from marketplace.matching.models import Interest
from marketplace.matching.rules import InterestState, Side
from marketplace.organisations.parties import names_of
from marketplace.payments.plan import trigger
from marketplace.payments.rules import Trigger
from marketplace.related import service as related
from marketplace.results.models import Result

LONGEST_MESSAGE = 4000
SIMPLE_ACTIONS = ("reopen", "lose", "perform", "accept_delivery", "complete")
"""What a button alone can do; the other actions come with a document or an amount."""


def open_from_interest(uow: UnitOfWork, interest_id: int) -> Deal:
    """The deal of an accepted interest, opened when it is first asked for; an interest each way has one deal.

    The system and both parties may ask. What figures are cut by is settled as it is today; industry, category and base are the
    result's, never the need's.
    Raises NotFound, Conflict when the interest is not accepted; emits DealMoved("open") the first time.
    """
    interest = _locked(uow, interest_id)
    actor = uow.actor
    if interest is None or not (
        actor.is_system or actor.acts_for(interest.from_party_id) or actor.acts_for(interest.to_party_id)
    ):
        raise NotFound(N_("There is no such interest."))
    deal = deal_of(uow.session, interest)
    if deal is not None:
        return deal
    if interest.state is not InterestState.ACCEPTED:
        raise Conflict(N_("A deal begins when the interest has been accepted."))
    return _open(uow, interest)


def deal_of(session: Session, interest: Interest) -> Deal | None:
    """The deal an interest has opened, else the one it was accepted into: between the same two about the same result and need,
    and not at its end when the interest was accepted. So the second interest of a pair leads to the first one's deal for good."""
    opened = session.scalar(select(Deal).where(Deal.interest_id == interest.id))
    if opened is not None or not (interest.result_id and interest.need_id and interest.answered_at):
        return opened
    seller, buyer = sides_of(interest)
    same = (Deal.result_id == interest.result_id, Deal.need_id == interest.need_id)
    between = (Deal.seller_party_id == seller, Deal.buyer_party_id == buyer)
    lasted = or_(Deal.ended_at.is_(None), Deal.ended_at >= interest.answered_at)
    return session.scalar(select(Deal).where(*same, *between, lasted).order_by(Deal.id.desc()).limit(1))


def _locked(uow: UnitOfWork, interest_id: int) -> Interest | None:
    """The interest, locked with all about the same result and need in one order, so that two at once open one deal."""
    interest = uow.session.get(Interest, interest_id)
    if interest is None:
        return None
    pair = and_(Interest.result_id == interest.result_id, Interest.need_id == interest.need_id)
    which = pair if interest.result_id and interest.need_id else Interest.id == interest_id
    lock = select(Interest).where(which).order_by(Interest.id).with_for_update()
    uow.session.scalars(lock.execution_options(populate_existing=True)).all()
    return interest


def sides_of(interest: Interest) -> tuple[int, int]:
    """(seller, buyer) as party ids: who is on the result's side sells. With one listing alone its owner was asked."""
    asked_about_need = (
        interest.side is Side.RESULT if interest.result_id and interest.need_id else not interest.result_id
    )
    pair = (interest.from_party_id, interest.to_party_id)
    return pair if asked_about_need else (pair[1], pair[0])


def _open(uow: UnitOfWork, interest: Interest) -> Deal:
    seller, buyer = sides_of(interest)
    names = names_of(uow.session, (seller, buyer))
    result = uow.session.get(Result, interest.result_id) if interest.result_id else None
    need = uow.session.get(Listing, interest.need_id) if interest.need_id else None
    now = uow.now()
    deal = Deal(
        title=single_line(next(listing.title for listing in (result, need) if listing is not None)),
        interest_id=interest.id,
        result_id=interest.result_id,
        need_id=interest.need_id,
        seller_party_id=seller,
        buyer_party_id=buyer,
        seller_county=names[seller].county or (result.county if result else None),
        buyer_county=names[buyer].county or (need.county if need else None),
        industry=result.industry.value if result and result.industry else None,
        category=result.category.value if result and result.category else None,
        base_id=result.base_id if result else None,
        origin=interest.origin.value,
        state=DealState.NEGOTIATING,
        opened_at=now,
        moved_at=now,
    )
    uow.session.add(deal)
    uow.flush()
    Room(uow, deal, frozenset()).step(StepKind.DEAL, deal.id, "open", None)
    related.look(uow, deal.id, seller, buyer)
    uow.emit(DealMoved(deal.id, "open", "", deal.state.value))
    return deal


def write(uow: UnitOfWork, deal_id: int, text: str, upload: Upload | None = None) -> Message:
    """Write to everybody in the room, with an optional file. Parties and the listing's authors may, in any state.

    A message is no step: it does not keep a deal from being stalled. Raises NotFound, NotPermitted, InvalidInput. Emits
    MessageSent.
    """
    room = enter(uow, deal_id)
    if not room.relations & WRITERS:
        raise NotPermitted(N_("Only the parties and the authors write here; officials read."))
    message = Message(
        deal_id=deal_id,
        user_id=uow.actor.user_id,
        party_id=room.own_party(),
        at=uow.now(),
        text=required(text, "text", LONGEST_MESSAGE),
    )
    if upload is not None:
        kept = keep(uow, upload, media.ATTACHMENTS)
        message.file_sha256, message.file_name = kept.sha256, kept.name
        message.file_type, message.file_size = kept.media_type, kept.size
    uow.session.add(message)
    uow.flush()
    uow.emit(MessageSent(deal_id, message.id, message.party_id))
    return message


def take(uow: UnitOfWork, deal_id: int, action: str, reason: str = "", end_reason: EndReason | None = None) -> Deal:
    """Take one of SIMPLE_ACTIONS: negotiate again, give up, and the steps of performance. Emits DealMoved.

    Whoever gives up says why, in words and by the kind of reason.

    Giving up and negotiating again put unsigned texts out of use, but not a paper contract both have confirmed. Accepting the
    delivery makes the lines of the payment plan due that wait for it; a deal is complete once everything is paid.

    Raises NotFound, NotPermitted, Conflict, InvalidInput.
    """
    if action not in SIMPLE_ACTIONS:
        raise NotFound(N_("There is no such page."))
    room = enter(uow, deal_id)
    DEAL_STATES.require(action, room.deal.state, room.relations)
    if action in TAKES_BACK:
        require_none_awaited(uow, deal_id)
    if action == "lose":
        _end(room, action, required(reason, "reason", LONGEST_REASON), required_reason(end_reason, WHY_GIVEN_UP))
        close_before_force(room)
    elif action == "complete":
        require_all_paid(room)
        _end(room, action)
        void_all(uow, deal_id, tuple(CHANGES))
    else:
        room.move(action)
    if action == "accept_delivery":
        trigger(uow, deal_id, Trigger.ACCEPTANCE)
    if action == "reopen":
        void_all(uow, deal_id, (DocumentKind.CONTRACT,))
    return room.deal


def _end(
    room: Room,
    action: str,
    reason: str = "",
    end_reason: EndReason | None = None,
    relations: frozenset[Relation] | None = None,
    ended_on: date | None = None,
) -> None:
    """The deal's last step, today unless another day in China is told. The interests that led to it end too, so that the same two
    may begin again about the same pair: after a loss because things change, after a termination or completion because a second
    contract is a deal of its own."""
    uow, deal = room.uow, room.deal
    ended_on = ended_on or china_day(uow.now())
    room.move(action, relations, reason, ended_at=uow.now(), ended_on=ended_on, end_reason=end_reason)
    led_here = Interest.id == deal.interest_id
    if deal.result_id and deal.need_id:
        sides = (deal.seller_party_id, deal.buyer_party_id)
        pair = and_(Interest.result_id == deal.result_id, Interest.need_id == deal.need_id)
        led_here |= and_(pair, Interest.from_party_id.in_(sides), Interest.to_party_id.in_(sides))
    matching.end(uow, select(Interest).where(led_here))


def close_before_force(room: Room) -> None:
    """Nothing stays open beside a contract in force or in a lost deal: an open offer lapses, unsigned texts are void."""
    close_open_offer(room)
    void_all(room.uow, room.deal.id, tuple(DocumentKind))


def terminate(
    uow: UnitOfWork, deal_id: int, reason: str, payable_fen: int, end_reason: EndReason | None = None
) -> Deal:
    """An official records that a contract in force was ended, where the parties do not sign an agreement about it.

    `payable_fen` (fen with tax) is what the termination leaves payable; the rest of the signed amount is booked off today, and
    the payment plan ends with it.
    Raises NotFound, NotPermitted, Conflict, InvalidInput; emits DealMoved.
    """
    room = enter(uow, deal_id)
    DEAL_STATES.require("terminate", room.deal.state, room.relations)
    said = required(reason, "reason", LONGEST_REASON)
    outcome(uow, deal_id, payable_fen)
    _end(room, "terminate", said, required_reason(end_reason, WHY_CONTRACT_ENDED))
    _book_off(room, contract_in_force(uow.session, deal_id), payable_fen, china_day(uow.now()))
    return room.deal


def end_use(uow: UnitOfWork, deal_id: int, reason: str, password: str, end_reason: EndReason | None = None) -> Deal:
    """The buyer does not go on after the use without payment: the contract gives him the right to end it alone (民法典 art. 562,
    565). Nothing stays payable, so the whole amount is booked off today and the payment plan ends.

    It ends a contract as signatures do, so he who signed in says once more that it is he, by his password.

    Raises NotFound, NotPermitted, InvalidInput, TooManyAttempts, Conflict where nothing of the kind is agreed, the time is over,
    a payment was made or reported, or an agreement on the end that all have confirmed on paper waits for the official. An
    amendment that waits for him is void with the contract. Emits DealMoved.
    """
    room = enter(uow, deal_id)
    DEAL_STATES.require("end_use", room.deal.state, room.relations)
    require_may_end_use(uow, room.deal)
    said, kind = required(reason, "reason", LONGEST_REASON), required_reason(end_reason, WHY_USE_ENDED)
    confirm_password(uow, password)
    _end(room, "end_use", said, kind)
    _book_off(room, contract_in_force(uow.session, deal_id), 0, china_day(uow.now()))
    return room.deal


def end_by_agreement(room: Room, agreement: Document) -> None:
    """Both parties have signed how their contract ends (民法典 art. 562): the deal is terminated and the rest of its amount
    booked off, on the day of the last signature, and what is left to pay is due on the day they agreed on.

    Raises Conflict while money is on its way; emits DealMoved.
    """
    settlement = room.uow.session.get_one(Settlement, agreement.id)
    by_system, signed_on = frozenset({Relation.SYSTEM}), day_of_signing(agreement)
    _end(room, "end_by_agreement", settlement.reason, settlement.end_reason, by_system, signed_on)
    _book_off(room, agreement, settlement.payable_fen, signed_on, settlement)


def _book_off(
    room: Room, ground: Document, payable_fen: int, ended_on: date, settlement: Settlement | None = None
) -> None:
    """Nothing stays open beside a contract that has ended: its amount, its plan, and texts that would change it."""
    uow, deal_id = room.uow, room.deal.id
    book(room, ground, EntryKind.TERMINATION, payable_fen - signed_fen(uow.session, deal_id), ended_on)
    settle(room, contract_in_force(uow.session, deal_id).id, payable_fen, settlement)
    void_all(uow, deal_id, tuple(CHANGES))
