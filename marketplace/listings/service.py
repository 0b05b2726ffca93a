"""Drafts and moves of listings of either kind. What a kind asks for beyond this, its own service adds."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TypeVar, cast

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.exc import IntegrityError

from marketplace.infra.transitions import advance, guarded_update
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, NotFound, NotPermitted
from marketplace.kernel.messages import N_, Labelled
from marketplace.kernel.states import Relation, StateTable, Transition
from marketplace.listings import overwritten
from marketplace.listings.content import NOTE_LENGTH, checked, clean
from marketplace.listings.events import ListingMoved, ListingSaved
from marketplace.listings.models import Decision, Listing
from marketplace.listings.policy import relations
from marketplace.listings.revisions import end_open

L = TypeVar("L", bound=Listing)
S = TypeVar("S", bound=Labelled)

BY_SYSTEM = frozenset({Relation.SYSTEM})
PER_RUN = 500
"""How many listings a scheduled task moves in one transaction; the next run takes the rest."""


def find(uow: UnitOfWork, model: type[L], listing_id: int, rule: ColumnElement[bool]) -> L:
    """The listing if the rule lets the actor see it. Raises NotFound."""
    listing = uow.session.scalar(select(model).where(model.id == listing_id, rule))
    if listing is None:
        raise NotFound(N_("There is no such listing."))
    return listing


def move(
    uow: UnitOfWork,
    listing: Listing,
    table: StateTable[S],
    action: str,
    relations: frozenset[Relation],
    reason: str = "",
    field_notes: Mapping[str, str] | None = None,
    **values: object,
) -> Transition[S]:
    """Take an action of the table and write down the decision; the first publication is stamped. Emits ListingMoved.

    `values` are columns of the listing itself, not of its kind. Raises Conflict, NotPermitted, InvalidInput (no reason).
    """
    reason, now, before = clean(reason, NOTE_LENGTH, "reason"), uow.now(), listing.status
    ahead = table.find(action, cast(S, before))
    stamps: dict[str, object] = {"stage_since": now, "version": Listing.version + 1}
    if ahead and ahead.target in listing.shown_in and listing.published_at is None:
        stamps.update(published_at=now, fresh_at=now)
    transition = advance(uow, table, listing, action, relations, reason, **{**stamps, **values})
    decision = Decision(
        listing_id=listing.id,
        at=now,
        user_id=None if relations == BY_SYSTEM else uow.actor.user_id,
        action=action,
        from_state=before.value,
        to_state=transition.target.value,
        reason=reason,
        field_notes=dict(field_notes or {}),
    )
    uow.session.add(decision)
    if transition.target in listing.shown_in | table.terminal():
        overwritten.forget(uow, listing.id)
    uow.emit(ListingMoved(listing.kind.value, listing.id, action, before.value, transition.target.value))
    return transition


def take(
    uow: UnitOfWork,
    listing: L,
    action: str,
    reason: str = "",
    field_notes: Mapping[str, str] | None = None,
    **values: object,
) -> L:
    """`move` on the listing's own table, in the capacity the actor has; a listing that ends takes its revision along."""
    held = relations(uow.actor, listing)
    transition = move(uow, listing, listing.states, action, held, reason, field_notes, **values)
    if transition.target in listing.states.terminal():
        end_open(uow, listing)
    return listing


def move_due(uow: UnitOfWork, due: Select[L], action: str) -> list[L]:
    """Take the system's action on every listing whose time has come; one that was moved meanwhile is left alone."""
    moved = []
    for listing in uow.session.scalars(due.order_by(Listing.id).limit(PER_RUN)).all():
        with suppress(Conflict):
            move(uow, listing, listing.states, action, BY_SYSTEM)
            moved.append(listing)
    return moved


def start(uow: UnitOfWork, model: type[L], party_id: int, county: str | None) -> L:
    """A new draft of the actor; an untouched one he has already is taken instead (double click). Emits ListingSaved."""
    untouched = select(model).where(
        model.author_id == uow.actor.user_id,
        model.state == model.states.initial,
        model.version == 1,
        model.title == "",
    )
    if (draft := uow.session.scalar(untouched)) is not None:
        if not uow.actor.belongs_to(draft.party_id):  # He has left the unit for which he began it.
            draft.party_id, draft.county = party_id, county
        return draft
    now = uow.now()
    draft = model(
        author_id=uow.actor.user_id,
        party_id=party_id,
        county=county,
        state=model.states.initial,
        created_at=now,
        changed_at=now,
        stage_since=now,
    )
    try:
        with uow.session.begin_nested():
            uow.session.add(draft)
    except IntegrityError:  # The other click of a double click was faster.
        return uow.session.scalars(untouched).one()
    uow.emit(ListingSaved(draft.kind.value, draft.id))
    return draft


def require_editable(uow: UnitOfWork, listing: Listing) -> None:
    """Raise NotPermitted unless it is the actor's, Conflict unless its text may be changed directly now."""
    if not relations(uow.actor, listing) & {Relation.AUTHOR, Relation.OWNER}:
        raise NotPermitted(N_("You may not do this."))
    if listing.state not in listing.edited_in:
        raise Conflict(N_("This is in review or published now, so its text cannot be changed here."))


def save(uow: UnitOfWork, listing: L, fields: Mapping[str, object], *, touched: bool = False, stale: bool = False) -> L:
    """Write fields into a draft, complete or not. `touched` says that something beside the fields has changed as well.

    `stale` says that the window did not show what it replaces, which is therefore kept.

    Raises NotPermitted, Conflict when it has been handed in meanwhile, InvalidInput; emits ListingSaved on a change.
    """
    require_editable(uow, listing)
    new = checked(uow.settings, type(listing), fields)
    changes = {name: value for name, value in new.items() if getattr(listing, name) != value}
    if changes or touched:
        guarded_update(
            uow, listing, listing.status, state=listing.status, version=Listing.version + 1, changed_at=uow.now()
        )
        if stale:
            overwritten.keep(uow, listing, {name: getattr(listing, name) for name in changes}, changes)
        for name, value in changes.items():
            setattr(listing, name, value)
        uow.emit(ListingSaved(listing.kind.value, listing.id))
    return listing
