"""The page on which an official reads a listing or a change of it, and decides."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.listings import revisions
from marketplace.listings.blueprint import blueprint
from marketplace.listings.content import values_of
from marketplace.listings.forms import review_form
from marketplace.listings.kinds import Kind, kind_of
from marketplace.listings.models import Listing, Revision
from marketplace.listings.queries import Page, base_names, claims_of
from marketplace.listings.service import find
from marketplace.listings.showing import shown
from marketplace.listings.similar import similar_to
from marketplace.web.access import official, requires
from marketplace.web.context import current_actor, reading
from marketplace.web.forms import Form
from marketplace.web.submission import submitted


@dataclass(frozen=True)
class Line:
    """One field under review: its value, what it would become when a change is reviewed, and the remark on it."""

    label: str
    value: str
    proposed: str | None
    remark: object


@blueprint.route("/review/<int:listing_id>", methods=["GET", "POST"])
@requires(official)
def review(listing_id: int) -> str | Response:
    """Read, tick, then approve or return with remarks."""
    with reading() as uow:
        listing, kind = _in_office(uow, listing_id)
        view = kind.read(uow, listing)
        page: Page = view.page
    fields = _fields(kind, listing, page.revision)
    form = review_form(dict(kind.checks), fields)
    approving = request.form.get("decision") == "approve"
    if submitted(form, _decision(form, kind, listing_id, page.revision, approving=approving)) is not None:
        flash(_("It is approved; everybody sees it.") if approving else _("It goes back with your remarks."), "success")
        return redirect(url_for("home.review_queue"), code=303)
    with reading() as uow:
        names, claims = base_names(uow), claims_of(uow, listing.id)
        similar = similar_to(uow, kind, listing, page.revision.changes if page.revision else None)
    return render_template(
        "listings/review.html",
        form=form,
        kind=kind,
        view=view,
        page=page,
        claims=claims,
        similar=similar,
        lines=_lines(form, fields, listing, page.revision, names),
        checks=[form[f"check_{code}"] for code in kind.checks],
    )


def _in_office(uow: UnitOfWork, listing_id: int) -> tuple[Listing, Kind]:
    listing = uow.session.get(Listing, listing_id)
    if listing is None or not current_actor().is_official_for(listing.county):
        raise NotFound(N_("There is no such listing."))
    kind = kind_of(listing)
    return find(uow, kind.model, listing_id, kind.visible(uow.actor)), kind


def _fields(kind: Kind, listing: Listing, revision: Revision | None) -> dict[str, str]:
    """What is read: what a change touches, or else everything."""
    if revision is not None and listing.state in listing.revised_in:
        return {name: label for name, label in kind.labels.items() if name in revision.changes}
    return dict(kind.labels)


def _lines(
    form: Form, fields: dict[str, str], listing: Listing, revision: Revision | None, names: dict[int, str]
) -> list[Line]:
    values, changes = values_of(listing), revision.changes if revision else {}
    return [
        Line(
            label=label,
            value=shown(listing, name, values[name], names),
            proposed=shown(listing, name, changes[name], names) if name in changes else None,
            remark=form[f"note_{name}"],
        )
        for name, label in fields.items()
    ]


def _decision(
    form: Form, kind: Kind, listing_id: int, revision: Revision | None, *, approving: bool
) -> Callable[[UnitOfWork], object]:
    """The use case behind the button that was pressed."""

    def decide(uow: UnitOfWork) -> object:
        reason = (form["reason"].data or "").strip()
        notes = {
            name: note for name in kind.labels if f"note_{name}" in form and (note := form[f"note_{name}"].data or "")
        }
        if approving:
            _require_ticks(form, kind)
            return revisions.approve(uow, revision.id, reason) if revision else kind.approve(uow, listing_id, reason)
        if revision:
            return revisions.return_(uow, revision.id, "\n".join(filter(None, (reason, *notes.values()))))
        return kind.request_changes(uow, listing_id, reason or "\n".join(notes.values()), notes)

    return decide


def _require_ticks(form: Form, kind: Kind) -> None:
    unticked = [f"check_{code}" for code in kind.checks if not form[f"check_{code}"].data]
    if unticked:
        message = N_("Tick what you have checked, or return it.")
        raise InvalidInput(message, fields=dict.fromkeys(unticked, message))
