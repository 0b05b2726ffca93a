"""The offline ledger: its sums and rows, one row, and the form for another."""

from collections.abc import Sequence
from typing import BinaryIO

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.duplicates import queries as duplicates
from marketplace.duplicates import weights
from marketplace.duplicates.finding import Found
from marketplace.duplicates.rules import RecordKind
from marketplace.infra.media import XLSX
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.offline import export, import_views, queries, service
from marketplace.offline.asking import address, asked
from marketplace.offline.blueprint import blueprint
from marketplace.offline.forms import EntryForm, OfflinePaperForm, TakeOffForm
from marketplace.web.access import official, requires
from marketplace.web.context import reading, runtime
from marketplace.web.forms import Form, upload_of
from marketplace.web.paging import Paging, page_number
from marketplace.web.regions import county_codes
from marketplace.web.sending import send_written
from marketplace.web.submission import submitted

__all__ = ["blueprint", "import_views"]

PER_PAGE = 50


@blueprint.get("/offline")
@requires(official)
def ledger() -> str:
    """The sums by month and county, and the rows."""
    with reading() as uow:
        wanted = asked(uow)
        sums = queries.ledger(uow.session, uow.actor, wanted, county_codes())
        paging = Paging(page_number(), PER_PAGE, queries.count(uow.session, uow.actor, wanted))
        rows = queries.rows(uow.session, uow.actor, wanted, paging.offset, PER_PAGE)
        waiting = weights.waiting(uow.session, uow.actor)
    return render_template(
        "offline/ledger.html",
        wanted=wanted,
        as_of=china_day(wanted.as_of),
        sums=sums,
        rows=rows,
        paging=paging,
        waiting=waiting,
        url=lambda **changes: address("offline.ledger", wanted, **changes),
        export_url=address("offline.download", wanted),
        not_given=queries.NOT_GIVEN,
    )


@blueprint.get("/offline/ledger.xlsx")
@requires(official)
def download() -> FlaskResponse:
    """The same with every row."""
    with reading() as uow:
        wanted = asked(uow)
        sums = queries.ledger(uow.session, uow.actor, wanted, county_codes())
        rows = queries.rows(uow.session, uow.actor, wanted)

    def write(file: BinaryIO) -> None:
        export.workbook(file, wanted, sums, rows)

    return send_written(write, XLSX, f"offline-unverified-{wanted.first}-{wanted.last}.xlsx")


@blueprint.route("/offline/new", methods=["GET", "POST"])
@requires(official)
def new() -> str | Response:
    """Type one deal. What looks like one that is on record is shown first."""
    form = EntryForm()
    entry = submitted(form, lambda uow: service.enter(uow, form.read(), all_the_same=form.all_the_same.data))
    if entry is not None:
        flash(_("The row is entered. It counts in no figure."), "success")
        return redirect(url_for("offline.entry", entry_id=entry.id), code=303)
    return render_template("offline/new.html", form=form, near=_similar(form) if "all_the_same" in form.errors else ())


def _similar(form: EntryForm) -> Sequence[Found]:
    with reading() as uow:
        return service.similar(uow, form.read())


@blueprint.get("/offline/<int:entry_id>")
@requires(official)
def entry(entry_id: int) -> str:
    """One row with its papers, and what it may be the same as."""
    return _entry_page(entry_id, OfflinePaperForm(formdata=None), TakeOffForm(formdata=None))


def _entry_page(entry_id: int, paper_form: Form, form: Form) -> str:
    with reading() as uow:
        page = queries.entry_page(uow, entry_id)
        pairs = duplicates.of_record(uow, RecordKind.OFFLINE, page.row.entry.id)
    return render_template("offline/entry.html", page=page, pairs=pairs, paper_form=paper_form, form=form)


@blueprint.post("/offline/<int:entry_id>/papers")
@requires(official)
def add_paper(entry_id: int) -> str | Response:
    """Lay a scan beside the row."""
    form = OfflinePaperForm()
    if submitted(form, lambda uow: service.add_paper(uow, entry_id, upload_of(form.file.data))) is None:
        return _entry_page(entry_id, form, TakeOffForm(formdata=None))
    flash(_("The paper is kept. The row stays unverified."), "success")
    return redirect(url_for("offline.entry", entry_id=entry_id), code=303)


@blueprint.get("/offline/<int:entry_id>/papers/<int:paper_id>")
@requires(official)
def paper(entry_id: int, paper_id: int) -> FlaskResponse:
    """A scan, as a download."""
    with reading() as uow:
        found = [one for one in queries.entry_page(uow, entry_id).papers if one.id == paper_id]
    if not found:
        raise NotFound(N_("There is no such file."))
    path = runtime().factory.services.files.path(found[0].sha256)
    return send_file(path, found[0].media_type, as_attachment=True, download_name=found[0].name)


@blueprint.post("/offline/<int:entry_id>/take-off")
@requires(official)
def take_off(entry_id: int) -> str | Response:
    """Book the row off, with a reason."""
    form = TakeOffForm()
    if submitted(form, lambda uow: service.take_off(uow, entry_id, form.reason.data)) is None:
        return _entry_page(entry_id, OfflinePaperForm(formdata=None), form)
    flash(_("The row is booked off. Both stay to be seen; what was known before stays as it was."), "success")
    return redirect(url_for("offline.entry", entry_id=entry_id), code=303)
