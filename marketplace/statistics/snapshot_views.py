"""Snapshots: what everybody sees of published figures, and what officials of the city do with them."""

from collections.abc import Callable
from datetime import date, timedelta

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.statistics import row_queries, service, snapshot_queries
from marketplace.statistics.blueprint import blueprint
from marketplace.statistics.chart import chart_of
from marketplace.statistics.definitions import DEFINITIONS
from marketplace.statistics.forms import CorrectionForm, FreezeForm
from marketplace.statistics.leading import leads
from marketplace.statistics.models import Snapshot
from marketplace.statistics.records import kind_of
from marketplace.statistics.remarks import desk_remark, remark
from marketplace.statistics.rules import FigureCode, Span, last_quarter
from marketplace.statistics.telling import Tellings, tellings
from marketplace.statistics.wording import OVER_TIME, Wording
from marketplace.web.access import city_official, public, requires
from marketplace.web.context import reading, writing
from marketplace.web.forms import choices
from marketplace.web.paging import Paging, page_number
from marketplace.web.reasons import ReasonForm
from marketplace.web.regions import county_codes
from marketplace.web.submission import submitted

CODES = ", ".join(code.value for code in FigureCode)
_DONE = {
    "publish": N_("Published. Everybody sees these figures from now on."),
    "withdraw": N_("Withdrawn. They stay on record, and only officials of the city see them."),
}


@blueprint.get("/reports")
@public
def snapshots() -> str:
    """Published figures, newest first; officials of the city see the others too."""
    with reading() as uow:
        rows = snapshot_queries.all_snapshots(uow)
    return render_template("statistics/snapshots.html", rows=rows)


@blueprint.route("/reports/new", methods=["GET", "POST"])
@requires(city_official)
def freeze() -> str | Response:
    """Choose what is frozen: the last quarter as known yesterday, unless somebody says otherwise."""
    form = FreezeForm(data=_usual())
    frozen = submitted(form, lambda uow: service.freeze(uow, form.read()))
    if frozen is None:
        return render_template("statistics/freeze.html", form=form, definitions=DEFINITIONS)
    flash(_("Frozen. Another official of the city can publish these figures now."), "success")
    return _to(frozen)


@blueprint.get("/reports/waiting/<int:snapshot_id>")
@requires(city_official)
def waiting_snapshot(snapshot_id: int) -> Response:
    """From a queue, which knows it by its id, to its page."""
    with reading() as uow:
        frozen = uow.session.get(Snapshot, snapshot_id)
    if frozen is None:
        raise NotFound(N_("There is no such snapshot."))
    return _to(frozen)


@blueprint.get("/reports/<number>")
@public
def snapshot(number: str) -> str:
    """One snapshot: its figures, what they mean, how complete they are, and what it corrects."""
    return _show(number, ReasonForm())


@blueprint.get(f"/reports/<number>/<any({CODES}):code>")
@public
def snapshot_figure(number: str, code: str) -> str:
    """One frozen figure by all that it may be cut by; the public is not shown small parts."""
    with reading() as uow:
        frozen = snapshot_queries.snapshot_of(uow, number)
        one = snapshot_queries.frozen_figure(uow.session, frozen, FigureCode(code))
        page = snapshot_queries.shown_desk(uow, frozen, one, county_codes())
    return render_template(
        "statistics/snapshot_figure.html",
        snapshot=frozen,
        one=one,
        definition=one.definition,
        page=page,
        remark=desk_remark(page),
        chart=chart_of(one.definition, page.over_time(Span.MONTH)),
        over=OVER_TIME[one.definition.is_stock, Span.MONTH],
        months=page.over_time(Span.MONTH),
        as_of=china_day(frozen.as_of),
        said=Wording(),
    )


@blueprint.get(f"/reports/<number>/<any({CODES}):code>/rows")
@requires(city_official)
def snapshot_rows(number: str, code: str) -> str:
    """The frozen rows behind a figure, a page at a time."""
    with reading() as uow:
        frozen = snapshot_queries.snapshot_of(uow, number)
        one = snapshot_queries.frozen_figure(uow.session, frozen, FigureCode(code))
        rows = snapshot_queries.newest_rows(uow.session, frozen, one)
        paging = Paging(page_number(), row_queries.PAGE, len(rows))
        shown = row_queries.named(uow.session, rows[paging.offset : paging.offset + paging.size])
        led = leads(uow, (row.row for row in shown))
    return render_template(
        "statistics/snapshot_rows.html",
        snapshot=frozen,
        definition=one.definition,
        rows=shown,
        leads=led,
        figure=one.frozen.figure,
        paging=paging,
        said=Wording(),
    )


@blueprint.post("/reports/<number>/<any(publish, withdraw):action>")
@requires(city_official)
def take(number: str, action: str) -> Response:
    """Publish what another official froze, or withdraw one's own."""
    with writing() as uow:
        frozen = service.take(uow, snapshot_queries.snapshot_of(uow, number).id, action)
    flash(_(_DONE[action]), "success")
    return _to(frozen)


@blueprint.post("/reports/<number>/return")
@requires(city_official)
def give_back(number: str) -> str | Response:
    """Return figures to whoever froze them, with a reason."""
    form = ReasonForm()
    returned = submitted(form, _on(number, lambda uow, id_: service.take(uow, id_, "return", form.reason.data or "")))
    if returned is None:
        return _show(number, form)
    flash(_("Returned. The author reads your reason."), "success")
    return _to(returned)


@blueprint.route("/reports/<number>/correct", methods=["GET", "POST"])
@requires(city_official)
def correct(number: str) -> str | Response:
    """Freeze published figures anew, and say why."""
    with reading() as uow:
        page = snapshot_queries.snapshot_page(uow, number)
    form = CorrectionForm(data={"title": page.snapshot.title, "as_of": _yesterday()})
    if "correct" not in page.actions:
        raise Conflict(N_("Only published figures that nobody has corrected yet can be corrected."))
    form.more.choices = choices(code for code in FigureCode if code not in page.codes)
    new = submitted(form, _on(number, lambda uow, id_: _corrected(uow, id_, form)))
    if new is None:
        return render_template("statistics/correct.html", page=page, form=form)
    flash(_("Frozen. Another official of the city can publish these figures now."), "success")
    return _to(new)


def _show(number: str, return_form: ReasonForm) -> str:
    """The page of a snapshot, as it is or with what was refused."""
    with reading() as uow:
        page = snapshot_queries.snapshot_page(uow, number)
        differences = snapshot_queries.differences(uow.session, page)
        changed = [change.row for of in differences for change in of.changes] if uow.actor.is_city_official else []
        names = {row.row.source: row for row in row_queries.named(uow.session, changed)}
        led = leads(uow, changed)
        told = tellings(uow.session, page, differences) if "publish" in page.actions else Tellings()
    return render_template(
        "statistics/snapshot.html",
        page=page,
        differences=differences,
        told=told,
        names=names,
        leads=led,
        kind_of=kind_of,
        return_form=return_form,
        remark=remark,
    )


def _corrected(uow: UnitOfWork, snapshot_id: int, form: CorrectionForm) -> Snapshot:
    more = [FigureCode(code) for code in form.more.data or ()]
    aware, title = form.aware.data, form.title.data
    return service.correct(uow, snapshot_id, form.as_of.data, form.note.data, more, title, aware)


def _usual() -> dict[str, object]:
    yesterday = _yesterday()
    period = last_quarter(yesterday)
    words = {"year": period.first.year, "quarter": (period.last.month + 2) // 3}
    return {
        "title": _("Conversion of innovation results, quarter %(quarter)s of %(year)s", **words),
        "first_on": period.first,
        "last_on": period.last,
        "as_of": yesterday,
        "codes": [code.value for code in FigureCode],
    }


def _yesterday() -> date:
    with reading() as uow:
        return china_day(uow.now()) - timedelta(days=1)


def _on(number: str, use_case: Callable[[UnitOfWork, int], Snapshot]) -> Callable[[UnitOfWork], Snapshot]:
    """A use case on the snapshot of that number."""
    return lambda uow: use_case(uow, snapshot_queries.snapshot_of(uow, number).id)


def _to(frozen: Snapshot) -> Response:
    return redirect(url_for(".snapshot", number=frozen.number), code=303)
