"""Pages of imports, for officials: upload, trial, progress, report."""

from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import BinaryIO, cast

from flask import flash, jsonify, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from marketplace.infra.spreadsheets import Cell, Column, Sheet, write_xlsx
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput
from marketplace.kernel.messages import N_
from marketplace.listings import importing, importing_queries
from marketplace.listings.addresses import listing_url
from marketplace.listings.blueprint import blueprint
from marketplace.listings.importing_columns import KINDS
from marketplace.listings.importing_forms import ImportForm
from marketplace.listings.models import ImportRun
from marketplace.listings.rules import ListingKind
from marketplace.web.access import official, requires
from marketplace.web.context import current_actor, reading, runtime, writing
from marketplace.web.locale import translate
from marketplace.web.paging import Paging, page_number

PROBLEMS_SHOWN = 100
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/imports")
@requires(official)
def imports() -> str:
    """The imports so far, and the form for the next one."""
    return _list_page(ImportForm())


@blueprint.post("/imports")
@requires(official)
def start_import() -> str | Response:
    """A file is uploaded: try it first. What cannot be read as a whole comes back to the form."""
    form = ImportForm()
    if form.validate_on_submit():
        try:
            run_id = _try(ListingKind(form.kind.data), form.file.data)
            return redirect(url_for("listings.import_run", run_id=run_id), code=303)
        except InvalidInput as error:
            error.fields = {"file": error.message}
            form.refuse(error)
    return _list_page(form)


def _list_page(form: ImportForm) -> str:
    with reading() as uow:
        rows = importing_queries.runs(uow.session, current_actor())
    headers = {kind: [column.headers.split()[0] for column in KINDS[kind].columns] for kind in ListingKind}
    return render_template("listings/imports.html", form=form, rows=rows, headers=headers)


def _try(kind: ListingKind, upload: FileStorage) -> int:
    """Store the file and have the worker try it; a header that cannot serve is said at once."""
    house = runtime()
    name = upload.filename or ""
    sha256 = house.factory.services.files.save(cast(BinaryIO, upload.stream), house.settings.upload_limit).sha256
    importing.check_header(house.factory.services, KINDS[kind], sha256, name)
    with writing() as uow:
        return importing.request(uow, kind, sha256, name, dry_run=True).id


@blueprint.get("/imports/<int:run_id>")
@requires(official)
def import_run(run_id: int) -> str:
    """How far a run is, and when it has ended, its report."""
    with reading() as uow:
        row = importing_queries.run_of(uow.session, current_actor(), run_id)
        if row.run.finished_at is None:
            return render_template("listings/import_progress.html", row=row, run=row.run)
        return _report_page(uow, row)


def _report_page(uow: UnitOfWork, row: importing_queries.RunRow) -> str:
    count = importing_queries.count_problems(uow.session, row.run.id, duplicates=False)
    paging = Paging(page_number(), PROBLEMS_SHOWN, count)
    refused = importing_queries.problems(
        uow.session, row.run.id, duplicates=False, limit=PROBLEMS_SHOWN, offset=paging.offset
    )
    skipped = importing_queries.problems(uow.session, row.run.id, duplicates=True, limit=PROBLEMS_SHOWN)
    return render_template(
        "listings/import_report.html",
        row=row,
        run=row.run,
        refused=refused,
        skipped=skipped,
        paging=paging,
        listing_url=partial(listing_url, row.run.kind),
        say=lambda problem: translate(problem.message, **problem.params),
    )


@blueprint.get("/imports/<int:run_id>/progress")
@requires(official)
def import_progress(run_id: int) -> Response:
    """The same for the script of the progress page."""
    with reading() as uow:
        run = importing_queries.run_of(uow.session, current_actor(), run_id).run
    url = url_for("listings.import_run", run_id=run_id)
    return jsonify(done=run.done, total=run.total, finished=run.finished_at is not None, url=url)


@blueprint.post("/imports/<int:run_id>/for-real")
@requires(official)
def import_for_real(run_id: int) -> Response:
    """Import the file that was tried. Pressed twice, there is still one import."""
    with writing() as uow:
        tried = importing_queries.run_of(uow.session, current_actor(), run_id).run
        if not tried.dry_run or tried.finished_at is None or tried.error:
            raise Conflict(N_("Only a trial that has ended well can be imported for real."))
        run = importing.request(uow, tried.kind, tried.sha256, tried.file_name, dry_run=False)
    flash(_("The import has begun. You may leave this page; it goes on."), "info")
    return redirect(url_for("listings.import_run", run_id=run.id), code=303)


@blueprint.get("/imports/<int:run_id>/problems.xlsx")
@requires(official)
def import_problems(run_id: int) -> Response:
    """What was refused or skipped, for whoever has to mend the sheet."""
    content = BytesIO()
    with reading() as uow:
        run = importing_queries.run_of(uow.session, current_actor(), run_id).run
        columns = (
            Column(_("Row"), 8),
            Column(_("Column"), 20),
            Column(_("What happened"), 12),
            Column(_("Reason"), 60),
        )
        write_xlsx(content, [Sheet(_("Rows not imported"), columns, _problem_cells(uow, run))])
    content.seek(0)
    return send_file(content, XLSX_TYPE, as_attachment=True, download_name=f"import-{run_id}.xlsx")


def _problem_cells(uow: UnitOfWork, run: ImportRun) -> Iterator[tuple[Cell, ...]]:
    for duplicates, word in ((False, _("Refused")), (True, _("Duplicate"))):
        for problem in importing_queries.problems(uow.session, run.id, duplicates=duplicates):
            yield problem.row, problem.column, word, translate(problem.message, **problem.params)
