"""The pages that results and needs have in common, hung on the blueprint of each kind."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import VISITOR
from marketplace.listings import overwritten, revisions
from marketplace.listings.attachments import Upload, keep
from marketplace.listings.forms import ReasonForm
from marketplace.listings.kinds import Kind
from marketplace.listings.labels import CONSEQUENCES, NEXT_STEPS
from marketplace.listings.models import Listing
from marketplace.listings.photos import NO_PHOTOS, PhotoChange
from marketplace.listings.rules import AttachmentKind
from marketplace.listings.service import find, require_editable
from marketplace.listings.similar import similar_to
from marketplace.web.access import public, requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.locale import say
from marketplace.web.paging import Paging, page_number
from marketplace.web.submission import submitted

PER_PAGE = 30
View = Callable[..., str | Response]


def add_pages(blueprint: Blueprint, kind: Kind) -> None:
    """Start, own list, page, preview, hand in, actions and revision of one kind."""
    one = f"/{kind.plural}/<int:{kind.name.value}_id>"
    routes: tuple[tuple[str, str, str, View], ...] = (
        (f"/{kind.plural}", "start", "POST", _start),
        (f"/{kind.plural}/mine", "mine", "GET", _mine),
        (f"{one}/similar", "similar", "GET", _similar),
        (f"{one}/preview", "preview", "GET", _preview),
        (f"{one}/submit", "submit", "POST", _submit),
        (f"{one}/actions/<action>", "act", "POST", _act),
        (f"{one}/revise", "revise", "GET POST", _revise),
        (f"{one}/revise/withdraw", "withdraw_revision", "POST", _withdraw_revision),
    )
    blueprint.add_url_rule(one, "page", public(_bound(_page, kind)))
    for rule, endpoint, methods, view in routes:
        blueprint.add_url_rule(rule, endpoint, requires(signed_in)(_bound(view, kind)), methods=methods.split())


def _bound(view: View, kind: Kind) -> View:
    """The view for one kind; the id in the address is called after the kind."""

    def bound(**arguments: Any) -> str | Response:
        ids = [arguments.pop(f"{kind.name.value}_id")] if f"{kind.name.value}_id" in arguments else []
        return view(kind, *ids, **arguments)

    return bound


def load(uow: UnitOfWork, kind: Kind, listing_id: int) -> Listing:
    """The listing if the actor may see it. Raises NotFound."""
    return find(uow, kind.model, listing_id, kind.visible(uow.actor))


def _start(kind: Kind) -> Response:
    """A new draft, and on to its form."""
    with writing() as uow:
        draft = kind.create_draft(uow)
    return redirect(kind.url("edit", draft.id), code=303)


def _mine(kind: Kind) -> str:
    """What the actor has written or may act for, what waits for him first."""
    with reading() as uow:
        rule = kind.mine(uow.actor) & kind.visible(uow.actor)
        total = uow.session.scalar(select(func.count()).select_from(kind.model).where(rule)) or 0
        paging = Paging(page_number(), PER_PAGE, total)
        rows = select(kind.model).where(rule).order_by(kind.model.stage_since.desc(), kind.model.id.desc())
        listings = list(uow.session.scalars(rows.limit(PER_PAGE).offset(paging.offset)))
    return render_template("listings/mine.html", kind=kind, listings=listings, page=paging, next_steps=NEXT_STEPS)


def _page(kind: Kind, listing_id: int, action: str = "", refused: ReasonForm | None = None) -> str:
    """The listing as the actor may see it; after a refused action with its reason as it was sent."""
    with reading() as uow:
        view = kind.read(uow, load(uow, kind, listing_id))
    buttons = [one for one in view.page.actions if one.action in kind.actions]
    reasons = {
        one.action: ReasonForm(formdata=None, prefix=one.action).reason for one in buttons if one.reason_required
    }
    if refused is not None:
        reasons[action] = refused.reason
    words = {"consequences": CONSEQUENCES, "next_steps": NEXT_STEPS}
    page = f"{kind.plural}/page.html"
    return render_template(page, view=view, kind=kind, buttons=buttons, reasons=reasons, refused=refused, **words)


def _similar(kind: Kind, listing_id: int) -> str:
    """A piece of the form: what is like the draft as it was last saved. The text itself is in no address and no log."""
    with reading() as uow:
        listing = load(uow, kind, listing_id)
        require_editable(uow, listing)
        found = similar_to(uow, kind, listing)
    return render_template("listings/similar.html", found=found, kind=kind)


def _preview(kind: Kind, listing_id: int) -> str | Response:
    """The draft as others will see it, or as those with access do, with what is still missing; handed in, its page."""
    access = "insiders" if request.args.get("access") == "insiders" else "everybody"
    with reading() as uow:
        listing = load(uow, kind, listing_id)
        inside = kind.read(uow, listing)
        if not inside.page.is_editable:
            return redirect(kind.url("page", listing_id), code=303)
        view = inside if access == "insiders" else kind.read(replace(uow, actor=VISITOR), listing)
        lacking, found = kind.lacking(uow, listing), similar_to(uow, kind, listing)
        kept = overwritten.count(uow.session, listing_id)
    words = {"lacking": lacking, "access": access, "similar": found, "kept": kept}
    return render_template("listings/preview.html", view=view, kind=kind, **words)


def _submit(kind: Kind, listing_id: int) -> Response:
    """Hand it in; what is missing is listed on the preview."""
    try:
        with writing() as uow:
            kind.submit(uow, listing_id)
    except InvalidInput as error:
        flash(say(error), "error")
        return redirect(kind.url("preview", listing_id), code=303)
    flash(_("It is handed in. You will hear when somebody has read it."), "success")
    return redirect(kind.url("page", listing_id), code=303)


def _act(kind: Kind, listing_id: int, action: str) -> str | Response:
    """One button of the page."""
    if action not in kind.actions:
        raise NotFound(N_("There is no such page."))
    form = ReasonForm(prefix=action)
    if submitted(form, lambda uow: kind.actions[action](uow, listing_id, form.reason.data or "")) is None:
        return _page(kind, listing_id, action, form)
    flash(_("Done."), "success")
    return redirect(kind.url("page", listing_id), code=303)


def _revise(kind: Kind, listing_id: int) -> str | Response:
    """Propose a change of what others see already."""
    with reading() as uow:
        listing = load(uow, kind, listing_id)
        view = kind.read(uow, listing)
        form: Any = kind.revise_form(uow, listing)
    if not view.page.is_mine or listing.state not in listing.revised_in:
        raise NotFound(N_("There is no such page."))
    if submitted(form, lambda uow: kind.revise(uow, listing_id, form.read(), _photo_change(uow, form))) is not None:
        flash(
            _("Your change is with the union's official. Until it is approved everybody sees the old text."), "success"
        )
        return redirect(kind.url("page", listing_id), code=303)
    return render_template(f"{kind.plural}/revise.html", form=form, view=view, kind=kind)


def _photo_change(uow: UnitOfWork, form: Any) -> PhotoChange:
    """What a form that has photos does to them. The new ones are made clean before the database is asked for anything."""
    if "photos" not in form:
        return NO_PHOTOS
    uploads = [Upload(AttachmentKind.PHOTO, one.filename, one.stream) for one in form.photos.files]
    return PhotoChange(keep(uow.services, uploads), frozenset(form.photos_off.data))


def _withdraw_revision(kind: Kind, listing_id: int) -> Response:
    """Take one's proposed change back."""
    with writing() as uow:
        if (revision := revisions.open_revision(uow, load(uow, kind, listing_id))) is not None:
            revisions.withdraw(uow, revision.id)
    flash(_("Your change is taken back."), "success")
    return redirect(kind.url("page", listing_id), code=303)
