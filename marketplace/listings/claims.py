"""Claims: people of a unit say that an imported listing is theirs, and an official hands it over."""

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError

from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, SignInRequired
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.listings.content import NOTE_LENGTH, clean
from marketplace.listings.events import ClaimMoved
from marketplace.listings.models import Claim, Listing
from marketplace.listings.parties import claimant_parties
from marketplace.listings.policy import relations, require_visible
from marketplace.listings.rules import CLAIM_STATES, ClaimState
from marketplace.organisations.parties import names_of

_TAKEN = N_("This listing has an owner already.")
OTHER_CLAIM_APPROVED = N_("Another claim to this listing was approved.")


def is_claimable(listing: Listing) -> bool:
    """Whether it was published on behalf of somebody who has not taken it over yet."""
    return listing.on_behalf and listing.author_id is None and listing.state in listing.shown_in


def claim(uow: UnitOfWork, listing_id: int, party_id: int, note: str) -> Claim:
    """Claim the listing for a party; the same claim made twice is one. Emits ClaimMoved.

    Raises NotFound, SignInRequired, Conflict when it has an owner, InvalidInput for a party that is not the actor's.
    """
    if uow.actor.user_id is None:
        raise SignInRequired(N_("Please sign in first."))
    listing = require_visible(uow.actor, uow.session.get(Listing, listing_id))
    if not is_claimable(listing):
        raise Conflict(_TAKEN)
    if party_id not in claimant_parties(uow):
        raise InvalidInput(N_("Choose a unit you belong to."), field="party_id")
    row = Claim(
        listing_id=listing.id,
        party_id=party_id,
        state=ClaimState.PENDING,
        note=clean(note, NOTE_LENGTH, "note"),
        claimed_by_id=uow.actor.user_id,
        claimed_at=uow.now(),
    )
    if not row.note:
        raise InvalidInput(N_("Say how one can see that it is yours."), field="note")
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
    except IntegrityError:
        return uow.session.scalars(_pending(listing.id).where(Claim.party_id == party_id)).one()
    uow.emit(ClaimMoved(listing.kind.value, listing.id, row.id, "claim"))
    return row


def approve(uow: UnitOfWork, claim_id: int, reason: str = "") -> Claim:
    """Hand the listing over to the claimant's party; other open claims to it are refused. Emits ClaimMoved.

    Raises NotFound, NotPermitted, Conflict when it has been handed over already.
    """
    row, listing = _load(uow, claim_id)
    held = _held(uow, listing)
    CLAIM_STATES.require("approve", row.state, held)
    county = listing.county or names_of(uow.session, [row.party_id])[row.party_id].county
    handed_over = (
        update(Listing)
        .where(Listing.id == listing.id, Listing.on_behalf, Listing.author_id.is_(None))
        .values(party_id=row.party_id, author_id=row.claimed_by_id, on_behalf=False, county=county)
        .values(version=Listing.version + 1, changed_at=uow.now(), fresh_at=uow.now())
        .returning(Listing.id)
    )
    if uow.session.scalar(handed_over) is None:  # The listing is locked before its claims, by everybody.
        raise Conflict(_TAKEN)
    uow.session.refresh(listing)
    _decide(uow, row, listing, "approve", reason, held)
    for other in uow.session.scalars(_pending(listing.id)).all():
        _decide(uow, other, listing, "refuse", OTHER_CLAIM_APPROVED, held)
    return row


def refuse(uow: UnitOfWork, claim_id: int, reason: str) -> Claim:
    """Refuse the claim with a reason its sender sees. Emits ClaimMoved; raises NotFound, NotPermitted, InvalidInput."""
    row, listing = _load(uow, claim_id)
    _decide(uow, row, listing, "refuse", reason, _held(uow, listing))
    return row


def _held(uow: UnitOfWork, listing: Listing) -> frozenset[Relation]:
    """As to the listing; but nobody decides about it while he himself, or a unit of his, claims it."""
    held, actor = relations(uow.actor, listing), uow.actor
    open_ones = uow.session.scalars(_pending(listing.id)).all()
    if any(one.claimed_by_id == actor.user_id or actor.belongs_to(one.party_id) for one in open_ones):
        return held - {Relation.OFFICIAL}
    return held


def _pending(listing_id: int) -> Select[Claim]:
    return select(Claim).where(Claim.listing_id == listing_id, Claim.state == ClaimState.PENDING)


def _load(uow: UnitOfWork, claim_id: int) -> tuple[Claim, Listing]:
    row = uow.session.get(Claim, claim_id)
    listing = uow.session.get(Listing, row.listing_id) if row else None
    listing = require_visible(uow.actor, listing)
    mine = row is not None and row.claimed_by_id == uow.actor.user_id
    if row is None or not (mine or uow.actor.is_system or uow.actor.is_official_for(listing.county)):
        raise NotFound(N_("There is no such claim."))
    return row, listing


def _decide(uow: UnitOfWork, row: Claim, listing: Listing, action: str, reason: str, held: frozenset[Relation]) -> None:
    reason = clean(reason, NOTE_LENGTH, "reason")
    decided = {"decided_by_id": uow.actor.user_id, "decided_at": uow.now()}
    advance(uow, CLAIM_STATES, row, action, held, reason, **decided)
    row.reason = reason
    uow.emit(ClaimMoved(listing.kind.value, listing.id, row.id, action))
