"""Changes to a listing that others can see: proposed, reviewed, and shown only once they are approved."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from marketplace.infra.transitions import advance, guarded_update
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.listings import photos as photo_changes
from marketplace.listings.content import NOTE_LENGTH, as_json, checked, clean, typed, values_of
from marketplace.listings.events import ListingRevised, RevisionMoved
from marketplace.listings.models import Listing, Revision
from marketplace.listings.photos import NO_PHOTOS, PhotoChange
from marketplace.listings.policy import is_insider, relations, require_visible
from marketplace.listings.rules import REVISION_STATES, RevisionState

Lacks = Callable[[Mapping[str, Any]], Mapping[str, str]]
"""What is still missing in the values of a listing, by field."""


def propose(
    uow: UnitOfWork, listing: Listing, fields: Mapping[str, Any], lacks: Lacks, photos: PhotoChange = NO_PHOTOS
) -> Revision:
    """Propose the fields that differ from what is shown, and photos; what is shown stays. Emits RevisionMoved.

    Raises NotPermitted, Conflict when the listing is not shown or another change is open, InvalidInput when nothing
    differs, when a field may not be revised, or when something would be missing that is there now.
    """
    if not relations(uow.actor, listing) & {Relation.AUTHOR, Relation.OWNER}:
        raise NotPermitted(N_("You may not do this."))
    if listing.state not in listing.revised_in:
        raise Conflict(N_("A change can be proposed for a published listing only."))
    changes = _changes(uow, listing, fields, lacks)
    if not (changes or photos.added or photos.removed):
        raise InvalidInput(N_("Nothing has been changed yet."))
    revision = Revision(
        listing_id=listing.id,
        state=RevisionState.PROPOSED,
        changes={name: as_json(value) for name, value in changes.items()},
        proposed_by_id=uow.actor.user_id,
        proposed_at=uow.now(),
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(revision)
            uow.flush()
            revision.photos_removed = photo_changes.propose(uow, listing, photos)
    except IntegrityError:
        raise Conflict(
            N_("A change of this listing is in review already. Withdraw it first to propose another.")
        ) from None
    uow.emit(RevisionMoved(listing.kind.value, listing.id, revision.id, "propose"))
    return revision


def _changes(uow: UnitOfWork, listing: Listing, fields: Mapping[str, Any], lacks: Lacks) -> dict[str, Any]:
    if not set(fields) <= listing.revised_fields:
        raise ValueError("not fields that may be revised")
    new = checked(uow.settings, type(listing), fields)
    now = values_of(listing)
    changes = {name: value for name, value in new.items() if now[name] != value}
    missing_now = lacks(now)
    missing = {name: message for name, message in lacks({**now, **changes}).items() if name not in missing_now}
    if missing:
        raise InvalidInput(N_("Some things are still missing."), fields=missing)
    return changes


def open_revision(uow: UnitOfWork, listing: Listing) -> Revision | None:
    """The change that waits for review, if there is one."""
    waiting = Revision.state == RevisionState.PROPOSED
    return uow.session.scalar(select(Revision).where(Revision.listing_id == listing.id, waiting))


def approve(uow: UnitOfWork, revision_id: int, note: str = "") -> Revision:
    """Others see the change from now on. Emits ListingRevised; raises Conflict when the listing is not shown any more."""
    revision, listing = _load(uow, revision_id)
    if listing.state not in listing.revised_in:
        raise Conflict(N_("A change can be proposed for a published listing only."))
    REVISION_STATES.require("approve", revision.state, _held(uow, revision, listing))
    # The listing is locked before its revisions, as when it ends and takes them along.
    stamps = {"version": Listing.version + 1, "changed_at": uow.now(), "fresh_at": uow.now()}
    guarded_update(uow, listing, listing.status, **stamps)
    _decide(uow, revision, listing, "approve", note)
    photo_changes.take_over(uow, revision)
    for name, value in revision.changes.items():
        setattr(listing, name, typed(type(listing), name, value))
    uow.flush()
    uow.session.refresh(listing)
    uow.emit(ListingRevised(listing.kind.value, listing.id, revision.id))
    return revision


def return_(uow: UnitOfWork, revision_id: int, reason: str) -> Revision:
    """Send the change back with a reason; what is shown stays as it is. Emits RevisionMoved."""
    revision, listing = _load(uow, revision_id)
    _decide(uow, revision, listing, "return", reason)
    photo_changes.drop(uow, listing.id)
    uow.emit(RevisionMoved(listing.kind.value, listing.id, revision.id, "return"))
    return revision


def withdraw(uow: UnitOfWork, revision_id: int) -> Revision:
    """Take one's own proposal back. Emits RevisionMoved."""
    revision, listing = _load(uow, revision_id)
    _decide(uow, revision, listing, "withdraw", "")
    photo_changes.drop(uow, listing.id)
    uow.emit(RevisionMoved(listing.kind.value, listing.id, revision.id, "withdraw"))
    return revision


def end_open(uow: UnitOfWork, listing: Listing) -> None:
    """A listing that has ended takes its open change along."""
    waiting = Revision.state == RevisionState.PROPOSED
    uow.session.execute(
        update(Revision)
        .where(Revision.listing_id == listing.id, waiting)
        .values(state=RevisionState.WITHDRAWN, decided_at=uow.now(), decided_by_id=uow.actor.user_id)
    )
    photo_changes.drop(uow, listing.id)


def _load(uow: UnitOfWork, revision_id: int) -> tuple[Revision, Listing]:
    revision = uow.session.get(Revision, revision_id)
    listing = uow.session.get(Listing, revision.listing_id) if revision else None
    listing = require_visible(uow.actor, listing)
    if revision is None or not is_insider(uow.actor, listing):
        raise NotFound(N_("There is no such change."))
    return revision, listing


def _decide(uow: UnitOfWork, revision: Revision, listing: Listing, action: str, note: str) -> None:
    note = clean(note, NOTE_LENGTH, "reason")
    decided = {"decided_by_id": uow.actor.user_id, "decided_at": uow.now(), "note": note}
    advance(uow, REVISION_STATES, revision, action, _held(uow, revision, listing), note, **decided)


def _held(uow: UnitOfWork, revision: Revision, listing: Listing) -> frozenset[Relation]:
    """As to the listing; but nobody decides about a change he has proposed."""
    held = relations(uow.actor, listing)
    return held - {Relation.OFFICIAL} if revision.proposed_by_id == uow.actor.user_id else held
