"""The reading side of listings of either kind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.bases.models import Base
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.states import Relation, Transition
from marketplace.listings.claims import is_claimable
from marketplace.listings.models import Attachment, Claim, Decision, Listing, Revision
from marketplace.listings.policy import is_insider, relations
from marketplace.listings.rules import AttachmentKind, ClaimState, RevisionState, Way
from marketplace.organisations.parties import PartyName, name_of


@dataclass(frozen=True)
class Step:
    """One line of the history: what was done, by whom, with which words."""

    at: datetime
    title: str
    who: str | None
    text: str
    url: str | None = None
    tone: str | None = None


@dataclass(frozen=True)
class Page:
    """What a listing's page shows to one actor. `party` is None when he may not know it.

    `photos` everybody sees; `photos_after` are those of the listing once its open change is approved.
    """

    listing: Listing
    party: PartyName | None
    held: frozenset[Relation]
    actions: tuple[Transition[Any], ...]
    photos: tuple[Attachment, ...]
    photos_after: tuple[Attachment, ...]
    proofs: tuple[Attachment, ...]
    history: tuple[Step, ...]
    last_revision: Revision | None
    is_insider: bool
    claimable: bool
    claimed: bool

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways of cooperation, with their words."""
        return tuple(Way(way) for way in self.listing.ways)

    @property
    def revision(self) -> Revision | None:
        """The change that waits for review."""
        last = self.last_revision
        return last if last and last.state is RevisionState.PROPOSED else None

    @property
    def returned(self) -> Revision | None:
        """The last change, when it came back."""
        last = self.last_revision
        return last if last and last.state is RevisionState.RETURNED else None

    @property
    def changes_photos(self) -> bool:
        """The open change brings photos or takes some off."""
        return self.revision is not None and self.photos != self.photos_after

    @property
    def is_mine(self) -> bool:
        """Author or owner."""
        return bool(self.held & {Relation.AUTHOR, Relation.OWNER})

    @property
    def is_official(self) -> bool:
        """The official in charge."""
        return Relation.OFFICIAL in self.held

    @property
    def is_editable(self) -> bool:
        """The actor may change its text directly."""
        return self.is_mine and self.listing.state in self.listing.edited_in

    @property
    def is_revisable(self) -> bool:
        """The actor may propose a change."""
        return self.is_mine and self.listing.state in self.listing.revised_in and self.revision is None

    @property
    def is_in_review(self) -> bool:
        """The actor can decide something here now."""
        waiting = self.listing.states.find("approve", self.listing.status) is not None
        return self.is_official and (waiting or self.revision is not None)


def page_of(uow: UnitOfWork, listing: Listing) -> Page:
    """The page of a listing for the actor, who is known to see it."""
    held = relations(uow.actor, listing)
    inside = is_insider(uow.actor, listing)
    attached = attachments_of(uow, listing.id)
    photos = [one for one in attached if one.kind is AttachmentKind.PHOTO]
    last = _last_revision(uow, listing) if inside else None
    removed = last.photos_removed if last and last.state is RevisionState.PROPOSED else ()
    return Page(
        listing=listing,
        party=name_of(uow.session, listing.party_id),
        held=held,
        actions=listing.states.available(listing.status, held),
        photos=tuple(one for one in photos if not one.is_proposed),
        photos_after=tuple(one for one in photos if inside and one.id not in removed),
        proofs=tuple(one for one in attached if one.kind is AttachmentKind.PROOF and inside),
        history=history_of(uow, listing) if inside else (),
        last_revision=last,
        is_insider=inside,
        claimable=is_claimable(listing),
        claimed=_has_claimed(uow, listing),
    )


def attachments_of(uow: UnitOfWork, listing_id: int) -> list[Attachment]:
    """The attachments in the order in which they were added."""
    rows = select(Attachment).where(Attachment.listing_id == listing_id).order_by(Attachment.id)
    return list(uow.session.scalars(rows))


def history_of(uow: UnitOfWork, listing: Listing) -> tuple[Step, ...]:
    """Decisions, newest first."""
    rows = (
        select(Decision, User.name)
        .outerjoin(User, User.id == Decision.user_id)
        .where(Decision.listing_id == listing.id)
        .order_by(Decision.at.desc(), Decision.id.desc())
    )
    return tuple(Step(row.at, _label(listing, row), who, row.reason) for row, who in uow.session.execute(rows))


def _label(listing: Listing, row: Decision) -> str:
    """What the action is called; one that the table does not know any more is shown by its name."""
    state = type(listing.states.initial)
    transition = listing.states.find(row.action, state(row.from_state))
    return transition.label if transition else row.action


def remarks_of(uow: UnitOfWork, listing: Listing) -> Decision | None:
    """The words with which the listing came back, while it is being changed."""
    if listing.state not in listing.edited_in or listing.state == listing.states.initial:
        return None
    last = select(Decision).where(Decision.listing_id == listing.id, Decision.to_state == listing.state)
    return uow.session.scalar(last.order_by(Decision.id.desc()).limit(1))


def _has_claimed(uow: UnitOfWork, listing: Listing) -> bool:
    if uow.actor.user_id is None or not is_claimable(listing):
        return False
    mine = (Claim.claimed_by_id == uow.actor.user_id) & (Claim.state == ClaimState.PENDING)
    return uow.session.scalar(select(Claim.id).where(Claim.listing_id == listing.id, mine).limit(1)) is not None


def _last_revision(uow: UnitOfWork, listing: Listing) -> Revision | None:
    last = select(Revision).where(Revision.listing_id == listing.id).order_by(Revision.id.desc()).limit(1)
    return uow.session.scalar(last)


def base_names(uow: UnitOfWork) -> dict[int, str]:
    """Every base by id with its name, in the order of the names."""
    rows = uow.session.execute(select(Base.id, Base.name).order_by(Base.name))
    return {base_id: name for base_id, name in rows}  # noqa: C416 - a row is no pair to the type checker


def claims_of(uow: UnitOfWork, listing_id: int) -> list[Claim]:
    """Open claims to a listing, oldest first."""
    rows = select(Claim).where(Claim.listing_id == listing_id, Claim.state == ClaimState.PENDING)
    return list(uow.session.scalars(rows.order_by(Claim.id)))
