"""The page on which an author finds what another window has written over in his draft, and takes it back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.listings import overwritten
from marketplace.listings.blueprint import blueprint
from marketplace.listings.differences import marked_against
from marketplace.listings.kinds import Kind, kind_of
from marketplace.listings.models import Listing, Overwritten
from marketplace.listings.queries import base_names
from marketplace.listings.service import find, require_editable
from marketplace.listings.showing import shown
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from search_index.document import Fragment

PEOPLE = N_("Who made it")
"""The one thing typed into a draft that is no field of its listing."""


@dataclass(frozen=True)
class Line:
    """A value that was written over, beside the one that stands there now; what only one of them holds is marked."""

    id: int
    label: str
    at: datetime
    before: tuple[Fragment, ...]
    now: tuple[Fragment, ...]


@blueprint.get("/drafts/<int:listing_id>/overwritten")
@requires(signed_in)
def overwritten_texts(listing_id: int) -> str:
    """What is kept of a draft, the latest first."""
    with reading() as uow:
        listing, kind = _draft(uow, listing_id)
        names = base_names(uow)
        lines = [_line(uow, kind, listing, row, names) for row in overwritten.rows_of(uow.session, listing_id)]
    return render_template("listings/overwritten.html", kind=kind, listing=listing, lines=lines)


@blueprint.post("/drafts/<int:listing_id>/overwritten/<int:row_id>/take")
@requires(signed_in)
def take_overwritten(listing_id: int, row_id: int) -> Response:
    """Take one text back; what stood in its place is kept instead."""
    _change(listing_id, lambda uow, listing, kind: overwritten.take_back(uow, listing, row_id, kind))
    flash(_("It is back in the draft. What stood in its place is kept here."), "success")
    return redirect(url_for("listings.overwritten_texts", listing_id=listing_id), code=303)


@blueprint.post("/drafts/<int:listing_id>/overwritten/<int:row_id>/drop")
@requires(signed_in)
def drop_overwritten(listing_id: int, row_id: int) -> Response:
    """Let one text go."""
    _change(listing_id, lambda uow, listing, _kind: overwritten.drop(uow, listing, row_id))
    return redirect(url_for("listings.overwritten_texts", listing_id=listing_id), code=303)


def _change(listing_id: int, change: Callable[[UnitOfWork, Listing, Kind], None]) -> None:
    with writing() as uow:
        change(uow, *_draft(uow, listing_id))


def _draft(uow: UnitOfWork, listing_id: int) -> tuple[Listing, Kind]:
    listing = uow.session.get(Listing, listing_id)
    if listing is None:
        raise NotFound(N_("There is no such listing."))
    kind = kind_of(listing)
    listing = find(uow, kind.model, listing_id, kind.visible(uow.actor))
    require_editable(uow, listing)
    return listing, kind


def _line(uow: UnitOfWork, kind: Kind, listing: Listing, row: Overwritten, names: dict[int, str]) -> Line:
    values = (row.value, kind.typed_in(uow, listing, row.field))
    before, now = (
        shown(listing, row.field, value, names) if row.field in listing.content_fields else str(value)
        for value in values
    )
    label = kind.labels.get(row.field, PEOPLE)
    return Line(row.id, label, row.at, marked_against(before, now), marked_against(now, before))
