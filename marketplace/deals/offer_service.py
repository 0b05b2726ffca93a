"""Use cases of the negotiation: offers are made, countered, accepted, declined, withdrawn, or lapse; at most one is open."""

from dataclasses import asdict
from datetime import date, timedelta

from sqlalchemy import func, select

from marketplace.contracts.rules import LONGEST_REASON
from marketplace.contracts.terms import Terms
from marketplace.deals.events import OfferMoved
from marketplace.deals.makers import named_makers
from marketplace.deals.models import Offer
from marketplace.deals.policy import offer_relations
from marketplace.deals.room import Room, enter, enter_by_offer
from marketplace.deals.rules import OFFER_STATES, DealState, OfferState, StepKind
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required

LONGEST_VALIDITY = timedelta(days=365)
_BY_SYSTEM = frozenset({Relation.SYSTEM})


def make_offer(uow: UnitOfWork, deal_id: int, terms: Terms, valid_until: date | None = None) -> Offer:
    """Propose terms to the other side until `valid_until` (a day in China that still counts; the usual days when left out).

    Raises NotFound, NotPermitted, InvalidInput, also for makers the result does not name, Conflict when an offer is open or the
    deal is past negotiating; emits OfferMoved.
    """
    room = enter(uow, deal_id)
    room.speaks_for()
    room.require_state(DealState.NEGOTIATING)
    if open_offer(room) is not None:
        raise Conflict(N_("There is an open offer. It has to be answered or withdrawn first."))
    return _add(room, room.speaks_for(), terms, valid_until)


def counter_offer(uow: UnitOfWork, offer_id: int, terms: Terms, valid_until: date | None = None) -> Offer:
    """Answer the other side's offer by one's own. Raises as `make_offer` does; emits OfferMoved twice."""
    room, offer = enter_by_offer(uow, offer_id)
    checked = terms.checked()
    across = room.deal.buyer_party_id if offer.party_id == room.deal.seller_party_id else room.deal.seller_party_id
    _require_in_time(room, offer, "counter")
    _move(room, offer, "counter")
    return _add(room, room.speaks_for(across), checked, valid_until)


def accept_offer(uow: UnitOfWork, offer_id: int) -> Offer:
    """Agree to the other side's terms; the contract text can be written now. Emits OfferMoved."""
    room, offer = enter_by_offer(uow, offer_id)
    _require_in_time(room, offer, "accept")
    _move(room, offer, "accept")
    return offer


def decline_offer(uow: UnitOfWork, offer_id: int, reason: str) -> Offer:
    """Refuse the other side's terms with a reason it will read. Emits OfferMoved."""
    room, offer = enter_by_offer(uow, offer_id)
    _require_in_time(room, offer, "decline")
    _move(room, offer, "decline", required(reason, "reason", LONGEST_REASON))
    return offer


def withdraw_offer(uow: UnitOfWork, offer_id: int) -> Offer:
    """Take back one's own offer while it is open. Emits OfferMoved."""
    room, offer = enter_by_offer(uow, offer_id)
    _move(room, offer, "withdraw")
    return offer


def lapse_overdue(uow: UnitOfWork) -> None:
    """Let open offers lapse whose last day (in China) has passed. Run by the schedule; emits OfferMoved for each."""
    today = china_day(uow.now())
    overdue = select(Offer.id).where(Offer.state == OfferState.OPEN, Offer.valid_until < today).order_by(Offer.deal_id)
    for offer_id in uow.session.scalars(overdue).all():
        room, offer = enter_by_offer(uow, offer_id)
        if offer.state is OfferState.OPEN:
            _move(room, offer, "lapse")


def require_seen(uow: UnitOfWork, deal_id: int, newest: int | None) -> None:
    """Raise InvalidInput where the newest offer is another one than that of this number, 0 for none: who answers terms has read
    them. None where nobody says what was shown."""
    if newest is not None and newest != _newest(enter(uow, deal_id)):
        raise InvalidInput(
            N_(
                "Another offer has been made since you opened this page. Read it in the deal first; what you typed is still here."
            )
        )


def _newest(room: Room) -> int:
    of_deal = select(func.max(Offer.number)).where(Offer.deal_id == room.deal.id)
    return room.uow.session.scalar(of_deal) or 0


def open_offer(room: Room) -> Offer | None:
    """The offer that waits for an answer."""
    return room.uow.session.scalar(select(Offer).where(Offer.deal_id == room.deal.id, Offer.state == OfferState.OPEN))


def accepted_offer(room: Room) -> Offer | None:
    """The offer that was accepted last."""
    accepted = select(Offer).where(Offer.deal_id == room.deal.id, Offer.state == OfferState.ACCEPTED)
    return room.uow.session.scalar(accepted.order_by(Offer.number.desc()).limit(1))


def close_open_offer(room: Room) -> None:
    """Let an open offer lapse because the deal has moved on."""
    offer = open_offer(room)
    if offer is not None:
        _move(room, offer, "lapse", by_system=True)


def _require_in_time(room: Room, offer: Offer, action: str) -> None:
    """Refuse to answer an offer whose last day has passed, even before the schedule has let it lapse."""
    OFFER_STATES.require(action, offer.state, offer_relations(room.uow.actor, room.deal, offer))
    if offer.valid_until < china_day(room.uow.now()):
        raise Conflict(N_("This offer has lapsed: its last day has passed. Make a new one."))


def _move(room: Room, offer: Offer, action: str, reason: str = "", by_system: bool = False) -> None:
    uow = room.uow
    relations = _BY_SYSTEM if by_system else offer_relations(uow.actor, room.deal, offer)
    offer.reason = reason
    answered = {"answered_at": uow.now(), "answered_by_id": uow.actor.user_id}
    advance(uow, OFFER_STATES, offer, action, relations, reason, **answered)
    party_id = None if Relation.SYSTEM in relations else room.own_party()
    room.step(StepKind.OFFER, offer.id, action, party_id, reason)
    uow.emit(OfferMoved(room.deal.id, offer.id, action, party_id))


def _add(room: Room, party_id: int, terms: Terms, valid_until: date | None) -> Offer:
    uow = room.uow
    checked = terms.checked()
    makers = named_makers(uow.session, room.deal, checked.makers)
    names = checked.__dataclass_fields__.keys() - {"instalments", "makers"}
    columns = {name: getattr(checked, name) for name in names}
    number = _newest(room)
    offer = Offer(
        deal_id=room.deal.id,
        number=number + 1,
        party_id=party_id,
        user_id=uow.actor.user_id,
        state=OfferState.OPEN,
        instalments=[asdict(line) for line in checked.instalments],
        makers=[asdict(one) for one in makers],
        made_at=uow.now(),
        valid_until=_validity(uow, valid_until),
        **columns,
    )
    uow.session.add(offer)
    uow.flush()
    room.step(StepKind.OFFER, offer.id, "make", party_id)
    uow.emit(OfferMoved(room.deal.id, offer.id, "make", party_id))
    return offer


def _validity(uow: UnitOfWork, valid_until: date | None) -> date:
    today = china_day(uow.now())
    last = valid_until or today + timedelta(days=uow.settings.offer_days)
    if not today <= last <= today + LONGEST_VALIDITY:
        raise InvalidInput(N_("An offer is valid for at least today and at most a year."), field="valid_until")
    return last
