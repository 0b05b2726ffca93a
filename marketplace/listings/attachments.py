"""Photos and proofs of a listing. Photos are drawn anew, so that nothing of the upload but its pixels is ever shown."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from sqlalchemy import func, select

from marketplace.infra import images, media
from marketplace.infra.transitions import guarded_update
from marketplace.infra.unit_of_work import Services, UnitOfWork
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.listings.models import Attachment, Listing
from marketplace.listings.photos import TOO_MANY
from marketplace.listings.policy import relations, require_visible
from marketplace.listings.rules import PHOTOS, PROOFS, AttachmentKind
from marketplace.listings.service import require_editable

NAME_LENGTH = 200
_LIMITS = {AttachmentKind.PHOTO: PHOTOS, AttachmentKind.PROOF: PROOFS}
_FIELDS = {AttachmentKind.PHOTO: "photos", AttachmentKind.PROOF: "proofs"}


@dataclass(frozen=True)
class Upload:
    """A file as a browser sends it; its name is only ever shown and offered, never opened."""

    kind: AttachmentKind
    name: str
    stream: BinaryIO


def keep(services: Services, uploads: Sequence[Upload]) -> list[Attachment]:
    """Make photos (JPEG, PNG, WebP) and proofs (the same or PDF) clean and store them; rows for `add`, with no listing yet.

    To be called before the first word to the database: SQLite's one write lock is not held while pictures are drawn anew.
    What is refused afterwards leaves orphans, which are swept. Raises InvalidInput for too many, too large, or another kind.
    """
    rows = []
    for kind in AttachmentKind:
        same = [upload for upload in uploads if upload.kind is kind]
        with _beside_its_field(kind):
            _require_room(kind, len(same))
            rows += [_stored(services, upload) for upload in same]
    return rows


def add(uow: UnitOfWork, listing: Listing, rows: Sequence[Attachment]) -> None:
    """Attach what `keep` has stored to a draft.

    Raises NotPermitted, Conflict when it is handed in already, InvalidInput for more than a listing may have.
    """
    if not rows:
        return
    require_editable(uow, listing)
    for kind in {row.kind for row in rows}:
        with _beside_its_field(kind):
            _require_room(kind, _attached(uow, listing, kind) + sum(row.kind is kind for row in rows))
    for row in rows:
        row.listing_id, row.added_by_id, row.added_at = listing.id, uow.actor.user_id or 0, uow.now()
    _touch(uow, listing)
    uow.session.add_all(rows)
    uow.flush()


def remove(uow: UnitOfWork, attachment_id: int) -> Listing:
    """Take an attachment off a draft; a photo also off a published listing, for a face must be able to go at once.

    What an open change would add goes with the change.

    Raises NotFound, NotPermitted, Conflict.
    """
    row = uow.session.get(Attachment, attachment_id)
    listing = require_visible(uow.actor, uow.session.get(Listing, row.listing_id) if row else None)
    held = relations(uow.actor, listing)
    if row is None or row.is_proposed or not held:
        raise NotFound(N_("There is no such file."))
    shown_photo = row.kind is AttachmentKind.PHOTO and listing.state in listing.revised_in
    if not (shown_photo and held & {Relation.AUTHOR, Relation.OWNER, Relation.OFFICIAL}):
        require_editable(uow, listing)
    _touch(uow, listing)
    uow.session.delete(row)
    return listing


@contextmanager
def _beside_its_field(kind: AttachmentKind) -> Iterator[None]:
    """What is wrong with a file is said beside the field it was chosen in."""
    try:
        yield
    except InvalidInput as error:
        error.fields = {_FIELDS[kind]: error.message}
        raise


def _stored(services: Services, upload: Upload) -> Attachment:
    stream, files, limit = upload.stream, services.files, services.settings.upload_limit
    _require_small(stream, limit)
    allowed = media.IMAGES if upload.kind is AttachmentKind.PHOTO else media.IMAGES | {media.PDF}
    found, name = media.require(stream, allowed), _plain_name(upload.name)
    if found == media.PDF:
        saved = files.save(stream, limit)
        return Attachment(kind=upload.kind, name=name, media_type=found, sha256=saved.sha256, size=saved.size)
    picture = images.clean_image(stream)
    saved = files.save(BytesIO(picture.content), limit)
    small = images.thumbnail(BytesIO(picture.content))
    thumbnail = files.save(BytesIO(small.content), limit).sha256
    return Attachment(
        kind=upload.kind,
        name=name,
        media_type=picture.media_type,
        sha256=saved.sha256,
        size=saved.size,
        thumbnail_sha256=thumbnail,
    )


def _require_small(stream: BinaryIO, limit: int) -> None:
    size = stream.seek(0, 2)
    stream.seek(0)
    if size > limit:
        megabytes = limit // (1024 * 1024)
        raise InvalidInput(N_("This file is larger than %(limit)s MB. Choose a smaller one."), limit=megabytes)


def _attached(uow: UnitOfWork, listing: Listing, kind: AttachmentKind) -> int:
    same = select(func.count(Attachment.id)).where(Attachment.listing_id == listing.id, Attachment.kind == kind)
    return uow.session.scalar(same) or 0


def _require_room(kind: AttachmentKind, count: int) -> None:
    if count > _LIMITS[kind]:
        raise InvalidInput(TOO_MANY, limit=_LIMITS[kind])


def _plain_name(name: str) -> str:
    """The last part of what the browser calls the file."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in last if char.isprintable())[-NAME_LENGTH:] or "file"


def _touch(uow: UnitOfWork, listing: Listing) -> None:
    """Another version: the index and other windows see that something changed, and nobody handed it in meanwhile."""
    state = listing.status
    guarded_update(uow, listing, state, state=state, version=Listing.version + 1, changed_at=uow.now())
