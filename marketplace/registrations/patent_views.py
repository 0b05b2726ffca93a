"""Pages of a patent's assignment: applied for with CNIPA, registered, refused."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.deals.forms import DayForm, ReasonForm
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.registrations import patents
from marketplace.registrations.blueprint import blueprint
from marketplace.registrations.forms import NoticeForm
from marketplace.registrations.page import show_page
from marketplace.registrations.queries import RegistrationPage, TransferRow, registration_page
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading
from marketplace.web.refused import Refused
from marketplace.web.sending import download
from marketplace.web.submission import submitted


@blueprint.post("/deals/<int:deal_id>/patent-transfer")
@requires(signed_in)
def apply_at_cnipa(deal_id: int) -> str | Response:
    """A party says on which day it was applied for."""
    form = DayForm()
    if submitted(form, lambda uow: patents.apply(uow, deal_id, form.day.data)) is None:
        return show_page(deal_id, Refused("cnipa", form))
    flash(_("Recorded. The assignment takes effect on the day of its registration."), "success")
    return _to(deal_id)


@blueprint.route("/patent-transfers/<int:transfer_id>/notice", methods=["GET", "POST"])
@requires(signed_in)
def take_effect(transfer_id: int) -> str | Response:
    """A party records CNIPA's notice."""
    page, row = _transfer(transfer_id)
    if "take_effect" not in row.actions:
        raise Conflict(N_("This is no longer possible: the state has changed. Reload the page to see where it stands."))
    form = NoticeForm()
    if submitted(form, lambda uow: patents.take_effect(uow, transfer_id, form.read())) is not None:
        flash(_("Recorded. The assignment of the patent is in effect."), "success")
        return _to(page.deal.id)
    return render_template("registrations/notice.html", page=page, row=row, form=form)


@blueprint.post("/patent-transfers/<int:transfer_id>/refusal")
@requires(signed_in)
def refuse_at_cnipa(transfer_id: int) -> str | Response:
    """A party records that CNIPA has refused."""
    form, deal_id = ReasonForm(), _transfer(transfer_id)[0].deal.id
    if submitted(form, lambda uow: patents.refuse(uow, transfer_id, form.reason.data)) is None:
        return show_page(deal_id, Refused(f"cnipa-{transfer_id}", form))
    flash(_("The refusal is recorded. It can be applied for again."), "success")
    return _to(deal_id)


@blueprint.get("/patent-transfers/<int:transfer_id>/scan")
@requires(signed_in)
def notice_file(transfer_id: int) -> FlaskResponse:
    """The scan of CNIPA's notice, for the parties and officials."""
    page, row = _transfer(transfer_id)
    if not page.sees_scans or row.transfer.scan_sha256 is None:
        raise NotFound(N_("There is no such file."))
    return download(row.transfer.scan_sha256, row.transfer.scan_type, row.transfer.scan_name)


def _transfer(transfer_id: int) -> tuple[RegistrationPage, TransferRow]:
    """One the reader may know of. Raises NotFound."""
    with reading() as uow:
        page = registration_page(uow, patents.fetch(uow, transfer_id).deal_id)
    return page, next(row for row in page.transfers if row.transfer.id == transfer_id)


def _to(deal_id: int) -> Response:
    return redirect(url_for("registrations.page", deal_id=deal_id, _anchor="cnipa"), code=303)
