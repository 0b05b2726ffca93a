"""The three short steps in which a worker describes his result; the draft is kept on the server as he types."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.listings import attachments, overwritten
from marketplace.listings.forms import seen_version
from marketplace.listings.parties import named, units_of_actor
from marketplace.listings.queries import base_names, remarks_of
from marketplace.listings.rules import PHOTOS, PROOFS, AttachmentKind
from marketplace.results import contributors, service
from marketplace.results.blueprint import blueprint
from marketplace.results.forms import STEPS, ReviseForm, WhatForm, WhoForm, typed_values
from marketplace.results.models import Result
from marketplace.results.queries import read
from marketplace.web.access import requires, signed_in
from marketplace.web.context import current_actor, reading, runtime, writing
from marketplace.web.submission import submitted

LAST = len(STEPS)


@blueprint.url_value_preprocessor
def take_several_photos(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A step or a change may bring all its photos at once, from somebody signed in; said before anything reads the form."""
    if endpoint in {"results.edit", "results.revise"} and request.method == "POST" and signed_in(current_actor()):
        files = (PHOTOS + PROOFS) * runtime().settings.upload_limit
        request.max_content_length = files + (request.max_content_length or 0)


@blueprint.route("/results/<int:result_id>/edit", methods=["GET", "POST"])
@blueprint.route("/results/<int:result_id>/edit/<int:step>", methods=["GET", "POST"])
@requires(signed_in)
def edit(result_id: int, step: int = 1) -> str | Response:
    """One step of the form. What is missing is said at the end, not here."""
    step = min(max(step, 1), LAST)
    with reading() as uow:
        result = service.get(uow, result_id)
        view = read(uow, result)
        form = _form(uow, result, step)
        remarks, kept = remarks_of(uow, result), overwritten.count(uow.session, result_id)
    if not view.page.is_editable:
        return redirect(_after(result, view.page.is_revisable), code=303)
    overwrote = seen_version(form) not in {None, result.version}
    if submitted(form, lambda uow: _save(uow, result_id, form)) is not None:
        if overwrote:
            flash(
                _("This draft was also changed in another window. What you sent now counts; what it replaced is kept."),
                "warning",
            )
        return redirect(_next(result_id, step), code=303)
    if isinstance(form, WhoForm):
        form.add_rows()
    return render_template(
        "results/edit.html", form=form, step=step, view=view, result=result, remarks=remarks, kept=kept
    )


def _after(result: Result, is_revisable: bool) -> str:
    """Where to go when it is not a draft any more."""
    return url_for("results.revise" if is_revisable else "results.page", result_id=result.id)


def _next(result_id: int, step: int) -> str:
    """Where the button that was pressed leads."""
    go = request.form.get("go")
    if go == "save":
        flash(_("The draft is saved."), "success")
        return url_for("results.edit", result_id=result_id, step=step)
    if go == "back":
        return url_for("results.edit", result_id=result_id, step=step - 1)
    if step < LAST:
        return url_for("results.edit", result_id=result_id, step=step + 1)
    return url_for("results.preview", result_id=result_id)


def _form(uow: UnitOfWork, result: Result, step: int) -> Any:
    """The form of a step, filled with the draft or with what was sent."""
    values = typed_values(result, contributors.of(uow, result.id))
    if STEPS[step - 1] is not WhoForm:
        return STEPS[step - 1](data=values)
    units = units_of_actor(uow)
    form = WhoForm(data={**values, "party_id": str(result.party_id) if result.party_id in units else ""})
    form.base_id.choices = [("", _("None")), *((str(key), name) for key, name in base_names(uow).items())]
    form.party_id.choices = [("", _("Please choose")), *((str(party.id), party.name) for party in named(uow, units))]
    return form


def revise_form(uow: UnitOfWork, result: Result) -> ReviseForm:
    """The form of a change, filled with what everybody sees."""
    form = ReviseForm(data=typed_values(result, contributors.of(uow, result.id)))
    form.photos_off.choices = [(photo.id, photo.name) for photo in read(uow, result).page.photos]
    return form


def _save(uow: UnitOfWork, result_id: int, form: Any) -> Result:
    """One step into the draft, with its files, which are made clean before the database is asked for anything."""
    if isinstance(form, WhoForm):
        return service.save_step(uow, result_id, form.read(), form.people(), form.party(), seen_version(form))
    kept = attachments.keep(uow.services, _uploads(form)) if isinstance(form, WhatForm) else []
    result = service.save_step(uow, result_id, form.read(), seen=seen_version(form))
    attachments.add(uow, result, kept)
    return result


def _uploads(form: WhatForm) -> list[attachments.Upload]:
    fields = ((AttachmentKind.PHOTO, form.photos), (AttachmentKind.PROOF, form.proofs))
    return [attachments.Upload(kind, one.filename, one.stream) for kind, field in fields for one in field.files]


@blueprint.post("/results/<int:result_id>/autosave/<int:step>")
@requires(signed_in)
def autosave(result_id: int, step: int) -> Response | tuple[Response, int]:
    """Keep what has been typed so far. 422 says that something cannot be stored as it stands."""
    with reading() as uow:
        form = _form(uow, service.get(uow, result_id), min(max(step, 1), LAST))
    if not form.validate():
        return jsonify(refused=sorted(form.errors)), 422
    try:
        with writing() as uow:
            result = _save(uow, result_id, form)
    except InvalidInput as error:
        return jsonify(refused=sorted(error.fields)), 422
    return jsonify(seen=result.version)
