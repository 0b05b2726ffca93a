"""Pages of registration: one deal's page, the application, the registrar's papers, and the exports."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.deals.forms import ReasonForm
from marketplace.infra.media import XLSX
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.registrations import export, office_views, patent_views, queries, records, service
from marketplace.registrations.blueprint import blueprint
from marketplace.registrations.filling import filled_in
from marketplace.registrations.forms import PAPER_FORMS, ApplicationForm, RefusalForm, application_form
from marketplace.registrations.official_form import RuleSet, Values
from marketplace.registrations.page import show_page
from marketplace.registrations.queries import RecordRow, RegistrationPage, registration_page
from marketplace.registrations.rules import RecordKind
from marketplace.web.access import official, requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.refused import Refused
from marketplace.web.sending import download, send_written
from marketplace.web.submission import submitted

__all__ = ["blueprint", "office_views", "patent_views"]

PAPER_RECORDED = N_("The paper is recorded. It counts once an official of the union has compared it with its scan.")


@blueprint.get("/deals/<int:deal_id>/registration")
@requires(signed_in)
def page(deal_id: int) -> str:
    """Where the registration of a deal's contract stands."""
    return show_page(deal_id)


@blueprint.route("/deals/<int:deal_id>/registration/application", methods=["GET", "POST"])
@requires(signed_in)
def application(deal_id: int) -> str | Response:
    """The seller fills in the registrar's form; it is kept as a draft until it is handed in."""
    with reading() as uow:
        found = registration_page(uow, deal_id)
        rules = service.todays_form(uow)
        values, version = _begin_with(uow, found)
    form = application_form(rules)
    if request.method == "GET":
        form.fill_from(rules, values, version)
    is_final = request.form.get("action") == "submit"
    use_case = service.submit if is_final else service.save_draft
    done = submitted(form, lambda uow: use_case(uow, deal_id, form.read(rules), form.read_version()))
    if done is not None:
        flash(_("The application is noted as handed in.") if is_final else _("The draft is saved."), "success")
        return _to(deal_id) if is_final else redirect(url_for("registrations.application", deal_id=deal_id), code=303)
    return _application_page(found, form, rules)


def _begin_with(uow: UnitOfWork, found: RegistrationPage) -> tuple[Values, int]:
    """What the form begins with: the draft, else what deal and contract say."""
    live = found.live
    if live is not None and "submit" in live.actions:
        return live.registration.content, live.registration.version
    if not found.can_apply or found.contract is None:
        raise Conflict(N_("There is nothing for you to apply for here. Reload the page to see where it stands."))
    return filled_in(uow, found.deal, found.contract, service.todays_form(uow)), 0


def _application_page(found: RegistrationPage, form: ApplicationForm, rules: RuleSet) -> str:
    return render_template(
        "registrations/application.html",
        page=found,
        form=form,
        rules=rules,
        remark=rules.remarked(str(get_locale())),
    )


@blueprint.route(
    "/registrations/<int:registration_id>/<any(certificate, change, cancellation):kind>", methods=["GET", "POST"]
)
@requires(signed_in)
def record(registration_id: int, kind: str) -> str | Response:
    """The seller records a paper of the registrar."""
    with reading() as uow:
        found, row = queries.page_of(uow, registration_id)
    if kind not in row.actions:
        raise Conflict(N_("This is no longer possible: the state has changed. Reload the page to see where it stands."))
    form = PAPER_FORMS[RecordKind(kind)]()
    if request.method == "GET" and row.valid is not None:
        form.number.data = row.valid.number
    if submitted(form, lambda uow: records.record(uow, registration_id, form.read())) is not None:
        flash(_(PAPER_RECORDED), "success")
        return _to(found.deal.id)
    return render_template("registrations/record.html", page=found, row=row, form=form, kind=RecordKind(kind))


@blueprint.post("/registrations/<int:registration_id>/refusal")
@requires(signed_in)
def refuse(registration_id: int) -> str | Response:
    """The seller records the registrar's refusal."""
    form, deal_id = RefusalForm(), _deal_of(registration_id)
    reason, day = form.reason, form.day
    if submitted(form, lambda uow: service.refuse(uow, registration_id, day.data, reason.data)) is None:
        return show_page(deal_id, Refused(f"refuse-{registration_id}", form))
    flash(_("The refusal is recorded. You can apply again."), "success")
    return _to(deal_id)


@blueprint.post("/registrations/<int:registration_id>/withdrawal")
@requires(signed_in)
def withdraw(registration_id: int) -> Response:
    """The seller gives the application up."""
    with writing() as uow:
        deal_id = service.withdraw(uow, registration_id).deal_id
    flash(_("The application is withdrawn."), "success")
    return _to(deal_id)


@blueprint.post("/registration-records/<int:record_id>/verify")
@requires(official)
def verify(record_id: int) -> Response:
    """An official has compared the paper with its scan."""
    deal_id = _record(record_id)[0].deal.id
    with writing() as uow:
        records.verify(uow, record_id)
    flash(_("Verified. It counts from the day on the paper."), "success")
    return _to(deal_id)


@blueprint.post("/registration-records/<int:record_id>/return")
@requires(official)
def give_back(record_id: int) -> str | Response:
    """An official returns the paper with a reason."""
    form, deal_id = ReasonForm(), _record(record_id)[0].deal.id
    if submitted(form, lambda uow: records.give_back(uow, record_id, form.reason.data)) is None:
        return show_page(deal_id, Refused(f"return-{record_id}", form))
    flash(_("Returned. The seller reads your reason and records it anew."), "success")
    return _to(deal_id)


@blueprint.post("/registration-records/<int:record_id>/withdrawal")
@requires(signed_in)
def take_back(record_id: int) -> Response:
    """The seller withdraws what waits."""
    deal_id = _record(record_id)[0].deal.id
    with writing() as uow:
        records.take_back(uow, record_id)
    flash(_("The record is withdrawn. You can record the paper anew."), "success")
    return _to(deal_id)


@blueprint.get("/registration-records/<int:record_id>/scan")
@requires(signed_in)
def scan(record_id: int) -> FlaskResponse:
    """The scan of a paper, as a download: for the parties and officials, not for the authors of listings."""
    found, row = _record(record_id)
    if not found.sees_scans:
        raise NotFound(N_("There is no such file."))
    return download(row.record.scan_sha256, row.record.scan_type, row.record.scan_name)


@blueprint.get("/registrations/<int:registration_id>/form.xlsx")
@requires(signed_in)
def export_one(registration_id: int) -> FlaskResponse:
    """The fields of the registrar's form, filled in."""
    with reading() as uow:
        found, row = queries.page_of(uow, registration_id)
    if not found.sees_scans:
        raise NotFound(N_("There is no such file."))
    return send_written(
        lambda stream: export.one_application(stream, row), XLSX, f"registration-{registration_id}.xlsx"
    )


def _record(record_id: int) -> tuple[RegistrationPage, RecordRow]:
    """A paper the reader may know of. Raises NotFound."""
    with reading() as uow:
        found, row = queries.page_of(uow, records.fetch(uow, record_id).registration_id)
    return found, next(one for one in row.records if one.record.id == record_id)


def _deal_of(registration_id: int) -> int:
    """Of an application the reader may know of. Raises NotFound."""
    with reading() as uow:
        return queries.page_of(uow, registration_id)[0].deal.id


def _to(deal_id: int) -> Response:
    return redirect(url_for("registrations.page", deal_id=deal_id), code=303)
