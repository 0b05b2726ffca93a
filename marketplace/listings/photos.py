"""Which photo stands for a listing in a list."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.listings.models import Attachment
from marketplace.listings.rules import AttachmentKind


def first_photos(session: Session, listing_ids: Sequence[int]) -> dict[int, int]:
    """Listing -> its first photo's id, of those that have one."""
    first = (
        select(Attachment.listing_id, func.min(Attachment.id))
        .where(Attachment.listing_id.in_(listing_ids), Attachment.kind == AttachmentKind.PHOTO)
        .group_by(Attachment.listing_id)
    )
    return dict(session.execute(first).all())
