"""Imports into the offline ledger: the empty sheet, the upload, what would be entered, and what was."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.media import XLSX
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.offline import export, importing, queries
from marketplace.offline.blueprint import blueprint
from marketplace.offline.forms import SheetForm
from marketplace.offline.importing import PlannedRow
from marketplace.offline.models import OfflineImport
from marketplace.offline.reading import HEADS, REQUIRED
from marketplace.offline.rules import ImportState
from marketplace.web.access import official, requires
from marketplace.web.context import reading, writing
from marketplace.web.forms import row_id, upload_of
from marketplace.web.locale import say
from marketplace.web.sending import send_written
from marketplace.web.submission import submitted


@blueprint.route("/offline/imports", methods=["GET", "POST"])
@requires(official)
def imports() -> str | Response:
    """The sheets so far, and the form for the next one."""
    form = SheetForm()
    row = submitted(form, lambda uow: importing.upload(uow, upload_of(form.file.data)))
    if row is not None:
        return redirect(url_for("offline.sheet", import_id=row.id), code=303)
    with reading() as uow:
        rows = queries.imports_of(uow.session, uow.actor)
    heads = [(words.split()[0], field in REQUIRED) for field, words in HEADS.items()]
    return render_template("offline/imports.html", form=form, rows=rows, heads=heads)


@blueprint.get("/offline/imports/template.xlsx")
@requires(official)
def template() -> FlaskResponse:
    """The empty sheet to fill in."""
    return send_written(export.template, XLSX, "offline-template.xlsx")


@blueprint.get("/offline/imports/<int:import_id>")
@requires(official)
def sheet(import_id: int) -> str:
    """What would be entered of a sheet, or was."""
    with reading() as uow:
        row = importing.own(uow, import_id)
        planned = _planned(uow, row)
        entered = queries.entered_rows(uow.session, import_id)
    return render_template("offline/sheet.html", row=row, planned=planned, entered=entered, say=say)


def _planned(uow: UnitOfWork, row: OfflineImport) -> list[PlannedRow]:
    """What would be entered, or what was not."""
    if row.state is ImportState.READ:
        return importing.plan(uow, row)
    return importing.left_out(uow, row) if row.state is ImportState.IMPORTED else []


@blueprint.post("/offline/imports/<int:import_id>/confirm")
@requires(official)
def confirm(import_id: int) -> Response:
    """Enter the sheet, with the suspected rows that were ticked."""
    ticks = (text.partition(":") for text in request.form.getlist("take"))
    chosen = {number: judged for text, _colon, judged in ticks if (number := row_id(text)) is not None}
    with writing() as uow:
        taken = importing.confirm(uow, import_id, chosen)
    row = taken.row
    flash(_("Rows entered: %(taken)s of %(rows)s.", taken=row.taken_count, rows=row.row_count), "success")
    if taken.held_back:
        numbers = "、".join(str(number) for number in taken.held_back)
        flash(
            _("Held back: row %(rows)s. What it is compared with has changed since you ticked it.", rows=numbers),
            "warning",
        )
    return redirect(url_for("offline.sheet", import_id=import_id), code=303)


@blueprint.post("/offline/imports/<int:import_id>/discard")
@requires(official)
def discard(import_id: int) -> Response:
    """Put the sheet aside."""
    with writing() as uow:
        importing.discard(uow, import_id)
    flash(_("The sheet is put aside. Nothing of it was entered."), "info")
    return redirect(url_for("offline.imports"), code=303)
