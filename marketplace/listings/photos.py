"""Photos of listings: which one stands for a listing in a list, and what becomes of those that a change brings or takes off."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.listings.models import Attachment, Listing, Revision
from marketplace.listings.rules import PHOTOS, AttachmentKind

TOO_MANY = N_("At most %(limit)s files can be attached here.")


@dataclass(frozen=True)
class PhotoChange:
    """What a change does to the photos: rows that `attachments.keep` has stored, and ids to take off."""

    added: Sequence[Attachment] = ()
    removed: frozenset[int] = frozenset()


NO_PHOTOS = PhotoChange()


def first_photos(session: Session, listing_ids: Sequence[int]) -> dict[int, int]:
    """Listing -> its first photo's id, of those that have one."""
    first = (
        select(Attachment.listing_id, func.min(Attachment.id))
        .where(Attachment.listing_id.in_(listing_ids), *_shown())
        .group_by(Attachment.listing_id)
    )
    return dict(session.execute(first).all())


def propose(uow: UnitOfWork, listing: Listing, change: PhotoChange) -> list[int]:
    """Attach the new photos for insiders alone; returns which of the listing's photos the change takes off.

    Raises InvalidInput when the listing would have more than it may.
    """
    mine = set(uow.session.scalars(select(Attachment.id).where(Attachment.listing_id == listing.id, *_shown())))
    if len(mine - change.removed) + len(change.added) > PHOTOS:
        error = InvalidInput(TOO_MANY, limit=PHOTOS)
        error.fields = {"photos": error.message}
        raise error
    for row in change.added:
        row.listing_id, row.added_by_id, row.added_at = listing.id, uow.actor.user_id or 0, uow.now()
        row.is_proposed = True
    uow.session.add_all(change.added)
    return sorted(mine & change.removed)


def take_over(uow: UnitOfWork, revision: Revision) -> None:
    """Everybody sees the photos of an approved change, and no more those it takes off."""
    mine = Attachment.listing_id == revision.listing_id
    uow.session.execute(delete(Attachment).where(mine, Attachment.id.in_(revision.photos_removed)))
    uow.session.execute(update(Attachment).where(mine, Attachment.is_proposed).values(is_proposed=False))


def drop(uow: UnitOfWork, listing_id: int) -> None:
    """A change that has come to nothing leaves no photos behind; the files are swept."""
    uow.session.execute(delete(Attachment).where(Attachment.listing_id == listing_id, Attachment.is_proposed))


def _shown() -> tuple[ColumnElement[bool], ...]:
    return Attachment.kind == AttachmentKind.PHOTO, ~Attachment.is_proposed
