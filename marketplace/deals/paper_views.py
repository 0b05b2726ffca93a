"""Pages of signing on paper: upload a scan, look at it, confirm, verify, reject."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.deals import document_queries, document_service
from marketplace.deals.blueprint import blueprint
from marketplace.deals.document_queries import DocumentPage
from marketplace.deals.envelope_forms import send_form
from marketplace.deals.forms import ReasonForm, ScanForm
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.web.access import official, requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.forms import row_id, upload_of
from marketplace.web.refused import Refused, forms_for
from marketplace.web.sending import download
from marketplace.web.submission import submitted


def show_document(page: DocumentPage, form: ScanForm, refused: Refused | None = None) -> str:
    """The page of a document with the form for a scan, and with a reason that was not taken."""
    given = refused.form if refused else None
    reasons, send = forms_for(ReasonForm, refused), send_form(page, refused)
    return render_template(
        "contracts/document.html", page=page, form=form, refused=given, reason_form=reasons, send_form=send
    )


def refuse_reason(document_id: int, refused: Refused) -> str:
    """The same page again, with what is wrong with a small form of it beside it."""
    with reading() as uow:
        page = document_queries.document_page(uow, document_id)
    return show_document(page, ScanForm(formdata=None), refused)


@blueprint.post("/documents/<int:document_id>/scans")
@requires(signed_in)
def upload_scan(document_id: int) -> str | Response:
    """Upload the scan of the signed paper."""
    form = ScanForm()
    upload, signed_on = upload_of(form.file.data), form.signed_on
    scan = submitted(form, lambda uow: document_service.upload_scan(uow, document_id, upload, signed_on.data))
    if scan is not None:
        flash(_("The scan is uploaded. Every party now confirms that it is the paper it signed."), "success")
        return _to(document_id)
    with reading() as uow:
        page = document_queries.document_page(uow, document_id)
    return show_document(page, form)


@blueprint.get("/documents/<int:document_id>/scans/<int:scan_id>")
@requires(signed_in)
def scan_file(document_id: int, scan_id: int) -> FlaskResponse:
    """The scan that counts, as a download."""
    with reading() as uow:
        scan = document_queries.document_page(uow, document_id).scan
        if scan is None or scan.id != scan_id:
            raise NotFound(N_("There is no such file."))
    return download(scan.sha256, scan.media_type, scan.name)


@blueprint.post("/documents/<int:document_id>/scans/<int:scan_id>/confirm")
@requires(signed_in)
def confirm_scan(document_id: int, scan_id: int) -> Response:
    """Say for one's party that this scan is the paper it signed."""
    with writing() as uow:
        document_service.confirm_scan(uow, document_id, scan_id, row_id(request.form.get("party")))
    flash(_("You confirmed the scan for your party."), "success")
    return _to(document_id)


@blueprint.post("/documents/<int:document_id>/scans/<int:scan_id>/verify")
@requires(official)
def verify_scan(document_id: int, scan_id: int) -> Response:
    """An official has compared scan and text."""
    with writing() as uow:
        document_service.verify_scan(uow, document_id, scan_id)
    flash(_("The paper is verified, and the document is complete."), "success")
    return _to(document_id)


@blueprint.post("/documents/<int:document_id>/scans/<int:scan_id>/reject")
@requires(official)
def reject_scan(document_id: int, scan_id: int) -> str | Response:
    """An official does not accept the scan."""
    form = ReasonForm()
    reason = form.reason
    if submitted(form, lambda uow: document_service.reject_scan(uow, document_id, scan_id, reason.data)) is None:
        return refuse_reason(document_id, Refused("scan", form))
    flash(
        _("The scan is rejected. The parties read your reason and can upload another one in time."),
        "success",
    )
    return _to(document_id)


def _to(document_id: int) -> Response:
    return redirect(url_for("deals.document", document_id=document_id), code=303)
