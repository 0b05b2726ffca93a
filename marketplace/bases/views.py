"""Pages of the registry of bases."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.bases import queries, service
from marketplace.bases.forms import BaseForm
from marketplace.bases.models import Base
from marketplace.bases.policy import may_edit
from marketplace.kernel.errors import InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.web.access import official, public, requires
from marketplace.web.context import current_actor, reading, writing
from marketplace.web.regions import county_choices

blueprint = Blueprint("bases", __name__)


@blueprint.get("/bases")
@public
def catalogue() -> str:
    """All bases, or those of one county."""
    county = request.args.get("county") or None
    with reading() as uow:
        rows = queries.listed(uow.session, county)
    return render_template("bases/catalogue.html", rows=rows, county=county, counties=county_choices())


@blueprint.route("/bases/new", methods=["GET", "POST"])
@requires(official)
def register() -> str | Response:
    """An official adds a base."""
    form = BaseForm()
    if form.validate_on_submit():
        try:
            with writing() as uow:
                service.register(uow, form.read())
            flash(_("The base is registered."), "success")
            return redirect(url_for("bases.catalogue"), code=303)
        except InvalidInput as error:
            form.refuse(error)
    return render_template("bases/edit.html", form=form, base=None)


@blueprint.route("/bases/<int:base_id>/edit", methods=["GET", "POST"])
@requires(official)
def edit(base_id: int) -> str | Response:
    """An official changes a base."""
    with reading() as uow:
        base = uow.session.get(Base, base_id)
    if base is None or not may_edit(current_actor(), base):
        raise NotFound(N_("There is no such base."))
    form = BaseForm(obj=base)
    if form.validate_on_submit():
        try:
            with writing() as uow:
                service.change(uow, base_id, form.read())
            flash(_("The base is changed."), "success")
            return redirect(url_for("bases.catalogue"), code=303)
        except InvalidInput as error:
            form.refuse(error)
    return render_template("bases/edit.html", form=form, base=base)
