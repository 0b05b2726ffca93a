"""The reading side of deals: lists for parties and officials, and one room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import Session

from marketplace.contracts.models import Document
from marketplace.contracts.queries import makers_of
from marketplace.contracts.rules import (
    BINDING,
    CHANGES,
    LIVE,
    OFFICIAL_AWAITED,
    DocumentKind,
    DocumentState,
    awaits_official,
)
from marketplace.deals.booking import signed_by_deal
from marketplace.deals.comparing import Changed, compare
from marketplace.deals.history import Line, timeline
from marketplace.deals.models import Deal, Entry, Offer
from marketplace.deals.policy import is_authors, is_in_office, is_mine, offer_relations, require_visible, visible
from marketplace.deals.progress import SIDES, NextStep, Situation, Stage, Who, next_step, track
from marketplace.deals.royalty_terms import RoyaltySpan, royalty_schedule, royalty_spans
from marketplace.deals.rules import (
    BEFORE_FORCE,
    CHANGEABLE,
    DEAL_STATES,
    OFFER_STATES,
    TAKES_BACK,
    DealState,
    EntryKind,
    OfferState,
)
from marketplace.deals.situations import newest_offers, situations
from marketplace.deals.standing import is_ended_by_right
from marketplace.deals.stops import as_said
from marketplace.deals.use_first import NOT_AGREED, FreeUse, closed_because, due_after_use, free_use
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.permissions import Actor
from marketplace.kernel.states import Relation, Transition
from marketplace.listings.models import Listing
from marketplace.organisations.parties import PartyName, names_of
from marketplace.related.models import RelationFinding
from marketplace.related.queries import findings

ENDED = frozenset({DealState.COMPLETED, DealState.LOST, DealState.TERMINATED})


@dataclass(frozen=True)
class DealRow:
    """One line of a list of deals. `amount_fen` is what is signed, or what the text or newest offer says; None before any."""

    id: int
    title: str
    state: DealState
    seller: PartyName
    buyer: PartyName
    seller_county: str | None
    buyer_county: str | None
    next: NextStep
    owed_by_me: bool
    amount_fen: int | None
    moved_at: datetime
    is_overdue: bool


@dataclass(frozen=True)
class OfferRow:
    """An offer as the room shows it, with what the reader may do with it, and what it changed of the offer before."""

    offer: Offer
    party: PartyName
    actions: tuple[Transition[OfferState], ...]
    changes: tuple[Changed, ...]


@dataclass(frozen=True)
class RoomPage:
    """Everything the room shows."""

    row: DealRow
    deal: Deal
    relations: frozenset[Relation]
    stages: tuple[Stage, ...]
    offers: tuple[OfferRow, ...]
    documents: tuple[Document, ...]
    timeline: tuple[Line, ...]
    actions: tuple[Transition[DealState], ...]
    result: Listing | None
    need: Listing | None
    entries: tuple[Entry, ...]
    findings: tuple[RelationFinding, ...] = ()
    makers: tuple[str, ...] = ()
    """The names of those who made the result and are parties of the contract."""
    free_use: FreeUse | None = None
    """The use without payment that the contract in force agrees on; `due_after_use` is by when it is paid once that is over."""
    due_after_use: date | None = None
    use_is_open: bool = False
    """Whether the buyer may still end it."""
    is_end_awaited: bool = False
    """Whether he may not only because an agreement on the end waits for an official."""
    is_ended_by_right: bool = False
    """Whether the buyer ended the contract as it allows him to."""
    royalties: tuple[RoyaltySpan, ...] = ()
    """The royalty of the contract in force, and what amendments make of it from when on."""

    @property
    def is_related(self) -> bool:
        """Whether the parties are related by the newest finding."""
        return bool(self.findings) and self.findings[0].is_related

    @property
    def open_offer(self) -> OfferRow | None:
        """The offer that waits for an answer."""
        return next((row for row in self.offers if row.offer.state is OfferState.OPEN), None)

    @property
    def can_offer(self) -> bool:
        """Whether the reader may propose terms now."""
        negotiating = self.deal.state is DealState.NEGOTIATING
        return negotiating and Relation.PARTY in self.relations and self.open_offer is None

    @property
    def can_draft(self) -> bool:
        """Whether the contract can be written from an accepted offer now."""
        return self.can_offer and any(row.offer.state is OfferState.ACCEPTED for row in self.offers)

    @property
    def can_write_letter(self) -> bool:
        """Whether a letter of intent may still be written."""
        early = self.deal.state in {DealState.NEGOTIATING, DealState.DRAFTING}
        waiting = {DocumentState.DRAFT, DocumentState.SENT}
        letters = [one for one in self.documents if one.kind is DocumentKind.LETTER_OF_INTENT]
        return early and Relation.PARTY in self.relations and not any(one.state in waiting for one in letters)

    @property
    def change(self) -> Document | None:
        """The amendment or termination agreement that is on the table."""
        return next((one for one in self.documents if one.kind in CHANGES and one.state in LIVE), None)

    @property
    def can_change(self) -> bool:
        """Whether the reader may propose to change the contract, or to end it, now."""
        return self.is_changeable and self.change is None

    @property
    def is_changeable(self) -> bool:
        """Whether the contract is in force and the reader one of its parties."""
        return self.is_in_force and Relation.PARTY in self.relations

    @property
    def is_in_force(self) -> bool:
        """Whether the contract is in force and not yet fulfilled."""
        return self.deal.state in CHANGEABLE

    @property
    def has_plan(self) -> bool:
        """Whether there is a payment plan to look at."""
        return bool(self.entries)

    def is_signed(self, entry: Entry) -> bool:
        """Whether the parties signed a text for this entry. An end that one of them declared, or an official recorded, rests on
        the contract they had signed before."""
        return entry.kind is not EntryKind.TERMINATION or entry.document_id != self.entries[0].document_id

    @property
    def is_before_force(self) -> bool:
        """No contract has come into force yet."""
        return self.deal.state in BEFORE_FORCE


def mine(uow: UnitOfWork, limit: int = 200) -> tuple[DealRow, ...]:
    """Deals of the parties the actor may act for, and of listings he wrote for them: those he owes a step first."""
    if not uow.actor.is_signed_in:
        return ()
    found = rows(uow, or_(is_mine(uow.actor), is_authors(uow.actor)), limit)
    return tuple(sorted(found, key=lambda row: (not row.owed_by_me, row.state in ENDED)))


def in_office(uow: UnitOfWork, limit: int = 200) -> tuple[DealRow, ...]:
    """Deals of either county of an official, the last moved first."""
    return rows(uow, is_in_office(uow.actor), limit) if uow.actor.is_official else ()


def stalled(uow: UnitOfWork, limit: int = 200, *, only: int | None = None) -> tuple[DealRow, ...]:
    """Deals of the official's counties that have not moved for longer than their stage allows, the oldest first; or one."""
    if not uow.actor.is_official:
        return ()
    one = true() if only is None else Deal.id == only
    oldest = select(Deal).where(_is_stalled(uow), one).order_by(Deal.moved_at, Deal.id).limit(limit)
    return _rows(uow, uow.session.scalars(oldest).all())


def count_stalled(uow: UnitOfWork) -> tuple[int, datetime | None]:
    """How many deals have not moved in time, however long the list would be, and since when (UTC) the oldest has not."""
    if not uow.actor.is_official:
        return 0, None
    number, oldest = uow.session.execute(select(func.count(), func.min(Deal.moved_at)).where(_is_stalled(uow))).one()
    return number, oldest


def _is_stalled(uow: UnitOfWork) -> ColumnElement[bool]:
    limits = [
        and_(Deal.state == state, Deal.moved_at < uow.now() - timedelta(days=days))
        for state, days in DEAL_STATES.timers
    ]
    return and_(is_in_office(uow.actor), or_(*limits), visible(uow.actor))


def rows(uow: UnitOfWork, which: ColumnElement[bool], limit: int) -> tuple[DealRow, ...]:
    """Lines of deals the actor may see, the last moved first."""
    statement = (
        select(Deal).where(which, visible(uow.actor)).order_by(Deal.moved_at.desc(), Deal.id.desc()).limit(limit)
    )
    return _rows(uow, uow.session.scalars(statement).all())


def _rows(uow: UnitOfWork, deals: Sequence[Deal]) -> tuple[DealRow, ...]:
    session, today = uow.session, china_day(uow.now())
    names = names_of(session, {party for deal in deals for party in (deal.seller_party_id, deal.buyer_party_id)})
    at = situations(session, deals)
    amounts = _amounts(session, [deal.id for deal in deals])
    official_in = _official_in(uow, deals)
    owes = {deal.id: _owes(uow.actor, deal, next_step(at[deal.id]).who, deal.id in official_in) for deal in deals}
    return tuple(_row(deal, names, at[deal.id], owes[deal.id], amounts.get(deal.id), today) for deal in deals)


def _official_in(uow: UnitOfWork, deals: Sequence[Deal]) -> frozenset[int]:
    """Those of the deals in which the actor is the official."""
    if not uow.actor.is_official:
        return frozenset()
    among = select(Deal.id).where(Deal.id.in_([deal.id for deal in deals]), is_in_office(uow.actor))
    return frozenset(uow.session.scalars(among))


def _row(
    deal: Deal, names: dict[int, PartyName], at: Situation, owed_by_me: bool, amount_fen: int | None, today: date
) -> DealRow:
    step = next_step(at)
    return DealRow(
        id=deal.id,
        title=deal.title,
        state=deal.state,
        seller=names[deal.seller_party_id],
        buyer=names[deal.buyer_party_id],
        seller_county=deal.seller_county,
        buyer_county=deal.buyer_county,
        next=step,
        owed_by_me=owed_by_me,
        amount_fen=amount_fen,
        moved_at=deal.moved_at,
        is_overdue=step.due is not None and step.due < today,
    )


def _owes(actor: Actor, deal: Deal, who: Who, is_official: bool) -> bool:
    if who is Who.OFFICIAL:
        return is_official
    sells, buys = actor.acts_for(deal.seller_party_id), actor.acts_for(deal.buyer_party_id)
    return (sells and Who.SELLER in SIDES[who]) or (buys and Who.BUYER in SIDES[who])


def _amounts(session: Session, deal_ids: Sequence[int]) -> dict[int, int]:
    """What is signed today, else the fixed amount of the contract (not void), else of the newest offer, in fen."""
    found = {deal_id: offer.amount_fen for deal_id, offer in newest_offers(session, deal_ids).items()}
    contracts = (
        select(Document.deal_id, Document.amount_fen)
        .where(
            Document.deal_id.in_(deal_ids),
            Document.kind == DocumentKind.CONTRACT,
            Document.state != DocumentState.VOID,
        )
        .order_by(Document.number)
    )
    for deal_id, amount_fen in session.execute(contracts):
        found[deal_id] = amount_fen
    return found | signed_by_deal(session, deal_ids)


def room(uow: UnitOfWork, deal_id: int) -> RoomPage:
    """One deal's room. Raises NotFound when it is not there or not for this actor to know of."""
    session = uow.session
    deal, held = require_visible(session, uow.actor, session.get(Deal, deal_id))
    use = free_use(session, deal)
    why_closed = NOT_AGREED if use is None else closed_because(uow, deal)
    offers = session.scalars(select(Offer).where(Offer.deal_id == deal_id).order_by(Offer.number.desc())).all()
    of_deal = select(Document).where(Document.deal_id == deal_id)
    documents = session.scalars(of_deal.order_by(Document.created_at.desc(), Document.id.desc())).all()
    names = names_of(session, (deal.seller_party_id, deal.buyer_party_id))
    return RoomPage(
        row=_rows(uow, [deal])[0],
        deal=deal,
        relations=held,
        stages=as_said(uow, deal_id, track(situations(session, [deal])[deal_id])),
        offers=tuple(
            OfferRow(offer, names[offer.party_id], _offer_actions(uow, deal, offer), _changes(before, offer))
            for offer, before in zip(offers, (*offers[1:], None), strict=False)
        ),
        documents=tuple(documents),
        timeline=tuple(timeline(session, deal_id)),
        actions=_actions(deal, documents, held, not why_closed),
        result=session.get(Listing, deal.result_id) if deal.result_id else None,
        need=session.get(Listing, deal.need_id) if deal.need_id else None,
        entries=tuple(session.scalars(select(Entry).where(Entry.deal_id == deal_id).order_by(Entry.id))),
        findings=tuple(findings(session, deal_id)),
        makers=_makers(session, documents),
        free_use=use,
        due_after_use=due_after_use(session, deal) if use is not None else None,
        use_is_open=not why_closed,
        is_end_awaited=why_closed == OFFICIAL_AWAITED,
        is_ended_by_right=is_ended_by_right(session, deal),
        royalties=royalty_spans(session, royalty_schedule(session, deal_id)),
    )


def _makers(session: Session, documents: Sequence[Document]) -> tuple[str, ...]:
    """Of the newest contract that is not void; `documents` are newest first."""
    written = (one for one in documents if one.kind is DocumentKind.CONTRACT and one.state is not DocumentState.VOID)
    contract = next(written, None)
    parties = [one.party_id for one in makers_of(session, contract.id)] if contract else []
    names = names_of(session, parties) if parties else {}
    return tuple(names[party_id].name for party_id in parties)


def _actions(
    deal: Deal, documents: Sequence[Document], held: frozenset[Relation], use_is_open: bool
) -> tuple[Transition[DealState], ...]:
    is_held = any(awaits_official(one.state, one.paper) for one in documents if one.kind in BINDING)
    available = DEAL_STATES.available(deal.state, held)
    closed = (TAKES_BACK if is_held else frozenset()) | (frozenset() if use_is_open else {"end_use"})
    return tuple(one for one in available if one.action not in closed)


def _changes(before: Offer | None, offer: Offer) -> tuple[Changed, ...]:
    return compare(before.terms, offer.terms) if before is not None else ()


def _offer_actions(uow: UnitOfWork, deal: Deal, offer: Offer) -> tuple[Transition[OfferState], ...]:
    return OFFER_STATES.available(offer.state, offer_relations(uow.actor, deal, offer))
