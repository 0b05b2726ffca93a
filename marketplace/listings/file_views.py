"""Photos and proofs over the web: a photo is as visible as its listing, a proof is for insiders only."""

from flask import flash, redirect, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.listings import attachments
from marketplace.listings.blueprint import blueprint
from marketplace.listings.kinds import kind_of
from marketplace.listings.models import Attachment, Listing
from marketplace.listings.policy import is_insider
from marketplace.listings.rules import AttachmentKind
from marketplace.listings.service import find
from marketplace.web.access import public, requires, signed_in
from marketplace.web.context import current_actor, reading, runtime, writing
from marketplace.web.redirects import page_before

NO_FILE = N_("There is no such file.")


@blueprint.get("/photos/<int:attachment_id>/<any(small, large):size>")
@public
def photo(attachment_id: int, size: str) -> Response:
    """A photo, whole or as a thumbnail, to everybody who may see its listing; a proposed one to insiders."""
    with reading() as uow:
        row, listing = _visible(uow, attachment_id, AttachmentKind.PHOTO)
    if row.is_proposed and not is_insider(current_actor(), listing):
        raise NotFound(NO_FILE)
    response = _file((row.thumbnail_sha256 or row.sha256) if size == "small" else row.sha256, row.media_type)
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


@blueprint.get("/proofs/<int:attachment_id>")
@requires(signed_in)
def proof(attachment_id: int) -> Response:
    """A proof as a download, to author, owner and official."""
    with reading() as uow:
        row, listing = _visible(uow, attachment_id, AttachmentKind.PROOF)
    if not is_insider(current_actor(), listing):
        raise NotFound(NO_FILE)
    return _file(row.sha256, row.media_type, row.name)


@blueprint.post("/attachments/<int:attachment_id>/remove")
@requires(signed_in)
def remove_attachment(attachment_id: int) -> Response:
    """Take a photo or proof off."""
    with writing() as uow:
        listing = attachments.remove(uow, attachment_id)
    flash(_("The file is removed."), "success")
    return redirect(page_before(kind_of(listing).url("page", listing.id)), code=303)


def _visible(uow: UnitOfWork, attachment_id: int, kind: AttachmentKind) -> tuple[Attachment, Listing]:
    row = uow.session.get(Attachment, attachment_id)
    listing = uow.session.get(Listing, row.listing_id) if row and row.kind is kind else None
    if row is None or listing is None:
        raise NotFound(NO_FILE)
    of_kind = kind_of(listing)
    return row, find(uow, of_kind.model, listing.id, of_kind.visible(uow.actor))


def _file(sha256: str, media_type: str, name: str | None = None) -> Response:
    path = runtime().factory.services.files.path(sha256)
    if not path.is_file():
        raise NotFound(NO_FILE)
    return send_file(path, media_type, as_attachment=name is not None, download_name=name, etag=sha256)
