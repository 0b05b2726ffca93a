"""The one page on which a company describes its need; the draft is kept on the server as it is typed."""

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.listings import overwritten
from marketplace.listings.forms import seen_version
from marketplace.listings.parties import named
from marketplace.listings.queries import remarks_of
from marketplace.needs import service
from marketplace.needs.blueprint import blueprint
from marketplace.needs.forms import NeedForm, ReviseForm, typed_values
from marketplace.needs.models import Need
from marketplace.needs.queries import read
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.submission import submitted


@blueprint.route("/needs/<int:need_id>/edit", methods=["GET", "POST"])
@requires(signed_in)
def edit(need_id: int) -> str | Response:
    """The form. What is missing is said on the preview."""
    with reading() as uow:
        need = service.get(uow, need_id)
        view = read(uow, need)
        form = _form(uow, need)
        remarks, kept = remarks_of(uow, need), overwritten.count(uow.session, need_id)
    if not view.page.is_editable:
        endpoint = "needs.revise" if view.page.is_revisable else "needs.page"
        return redirect(url_for(endpoint, need_id=need_id), code=303)
    overwrote = seen_version(form) not in {None, need.version}
    if submitted(form, lambda uow: _save(uow, need_id, form)) is not None:
        if overwrote:
            flash(
                _("This draft was also changed in another window. What you sent now counts; what it replaced is kept."),
                "warning",
            )
        if request.form.get("go") == "save":
            flash(_("The draft is saved."), "success")
            return redirect(url_for("needs.edit", need_id=need_id), code=303)
        return redirect(url_for("needs.preview", need_id=need_id), code=303)
    form.add_rows()
    return render_template("needs/edit.html", form=form, view=view, need=need, remarks=remarks, kept=kept)


def _form(uow: UnitOfWork, need: Need) -> NeedForm:
    form = NeedForm(data=typed_values(need))
    parties = sorted({need.party_id, *uow.actor.party_ids})
    form.party_id.choices = [(party.id, party.name) for party in named(uow, parties)]
    return form


def revise_form(_uow: UnitOfWork, need: Need) -> ReviseForm:
    """The form of a change, filled with what everybody sees."""
    form = ReviseForm(data=typed_values(need))
    form.add_rows()
    return form


def _save(uow: UnitOfWork, need_id: int, form: NeedForm) -> Need:
    return service.save_draft(uow, need_id, form.read(), form.party_id.data, seen_version(form))


@blueprint.post("/needs/<int:need_id>/autosave")
@requires(signed_in)
def autosave(need_id: int) -> Response | tuple[Response, int]:
    """Keep what has been typed so far. 422 says that something cannot be stored as it stands."""
    with reading() as uow:
        form = _form(uow, service.get(uow, need_id))
    if not form.validate():
        return jsonify(refused=sorted(form.errors)), 422
    try:
        with writing() as uow:
            need = _save(uow, need_id, form)
    except InvalidInput as error:
        return jsonify(refused=sorted(error.fields)), 422
    return jsonify(seen=need.version)
