"""Pages of imports, for officials: upload, trial, progress, report."""

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, cast

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from marketplace.infra.media import XLSX
from marketplace.infra.spreadsheets import Cell, Column, Sheet, write_xlsx
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.listings import importing, importing_queries
from marketplace.listings.addresses import listing_url
from marketplace.listings.blueprint import blueprint
from marketplace.listings.importing_columns import KINDS
from marketplace.listings.importing_forms import ImportForm
from marketplace.listings.models import ImportRun
from marketplace.listings.rules import ListingKind, ProblemKind
from marketplace.web.access import official, requires
from marketplace.web.context import current_actor, reading, runtime, writing
from marketplace.web.locale import translate
from marketplace.web.paging import Paging, page_number
from marketplace.web.sending import send_written

PROBLEMS_SHOWN = 100


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
    problems = partial(importing_queries.problems, uow.session, row.run.id)
    count = importing_queries.count_problems(uow.session, row.run.id, ProblemKind.REFUSED)
    paging = Paging(page_number(), PROBLEMS_SHOWN, count)
    similar = importing_queries.similar_rows(uow.session, row.run)
    return render_template(
        "listings/import_report.html",
        row=row,
        run=row.run,
        refused=problems(ProblemKind.REFUSED, PROBLEMS_SHOWN, paging.offset),
        skipped=problems(ProblemKind.DUPLICATE, PROBLEMS_SHOWN),
        similar=similar[:PROBLEMS_SHOWN],
        similar_count=len(similar),
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
    """Import the file that was tried, or what an import has held back. Pressed twice, there is still one import."""
    with writing() as uow:
        before = importing_queries.run_of(uow.session, current_actor(), run_id).run
        run = importing.import_after(uow, before, _choices(uow, before))
    flash(_("The import has begun. You may leave this page; it goes on."), "info")
    return redirect(url_for("listings.import_run", run_id=run.id), code=303)


@blueprint.get("/imports/<int:run_id>/problems.xlsx")
@requires(official)
def import_problems(run_id: int) -> Response:
    """What was refused or skipped, for whoever has to mend the sheet."""
    with reading() as uow:
        run = importing_queries.run_of(uow.session, current_actor(), run_id).run
        columns = (
            Column(_("Row"), 8),
            Column(_("Column"), 20),
            Column(_("What happened"), 12),
            Column(_("Reason"), 60),
        )
        sheet = Sheet(_("Rows not imported"), columns, _problem_cells(uow, run))
        return send_written(lambda file: write_xlsx(file, [sheet]), XLSX, f"import-{run_id}.xlsx")


def _choices(uow: UnitOfWork, run: ImportRun) -> dict[str, bool]:
    """What was ticked of the rows that are nearly the same; rows the page did not show are ticked by `everything` alone."""
    everything, asked, ticked = (set(request.form.getlist(name)) for name in ("everything", "asked", "take"))
    rows = [str(row.row) for row in importing_queries.similar_rows(uow.session, run)]
    return {row: bool(everything) or row in ticked for row in rows if everything or row in asked}


def _problem_cells(uow: UnitOfWork, run: ImportRun) -> Iterator[tuple[Cell, ...]]:
    for kind in (ProblemKind.REFUSED, ProblemKind.DUPLICATE):
        for problem in importing_queries.problems(uow.session, run.id, kind):
            yield problem.row, problem.column, translate(kind.label), translate(problem.message, **problem.params)
    for row in importing_queries.similar_rows(uow.session, run):
        for near in row.near if not row.is_taken else ():
            reason = translate(near.message, **near.params)
            yield row.row, "", _("Held back"), f"{reason} {near.listing_title or ''}".strip()
