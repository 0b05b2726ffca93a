"""Pages of a deal's money: the plan, a payment or refund that is reported, confirmed, refused, verified."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.deals import payment_service
from marketplace.deals.blueprint import blueprint
from marketplace.deals.forms import DayForm, InvoiceForm, ReasonForm, RoyaltyForm, TransferForm
from marketplace.deals.payment_queries import LineRow, PaymentsPage, ReceiptRow, payments_page
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.payments import plan, royalties, service
from marketplace.payments.rules import ReceiptKind
from marketplace.web.access import official, requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.refused import Refused, forms_for
from marketplace.web.sending import download
from marketplace.web.submission import submitted

ENDS = {
    "refuse": N_("You said that it has not arrived. The other side reads your reason."),
    "withdraw": N_("The report is withdrawn."),
    "reject": N_("The voucher is rejected. Both parties read your reason."),
}


@blueprint.get("/deals/<int:deal_id>/payments")
@requires(signed_in)
def payments(deal_id: int) -> str:
    """The payment plan with everything that was paid."""
    return _show(deal_id)


@blueprint.route("/milestones/<int:milestone_id>/payment", methods=["GET", "POST"])
@requires(signed_in)
def report_payment(milestone_id: int) -> str | Response:
    """The buyer reports a bank transfer for one line."""
    page, line = _line(milestone_id)
    if not line.can_pay:
        raise Conflict(N_("There is nothing for you to pay here. Reload the page to see where it stands."))
    form = TransferForm()
    if request.method == "GET":
        form.amount.process_data(line.left_fen)
    receipt = submitted(form, lambda uow: payment_service.report_payment(uow, milestone_id, form.read()))
    if receipt is not None:
        flash(_("The payment is reported. %(name)s is asked whether it has arrived.", name=page.seller.name), "success")
        return _to(page.deal.id, milestone_id)
    return render_template("deals/transfer.html", page=page, line=line, form=form, left=line.left_fen, refund=None)


@blueprint.route("/receipts/<int:receipt_id>/refund", methods=["GET", "POST"])
@requires(signed_in)
def report_refund(receipt_id: int) -> str | Response:
    """The seller reports that it has sent a payment back."""
    page, row = _receipt(receipt_id)
    if row.refundable_fen <= 0:
        raise Conflict(N_("There is nothing for you to refund here. Reload the page to see where it stands."))
    form = TransferForm()
    refund = submitted(form, lambda uow: payment_service.report_refund(uow, receipt_id, form.read()))
    if refund is not None:
        flash(_("The refund is reported. %(name)s is asked whether it has arrived.", name=page.buyer.name), "success")
        return _to(page.deal.id, row.receipt.milestone_id)
    line = page.line(row.receipt.milestone_id)
    return render_template(
        "deals/transfer.html", page=page, line=line, form=form, left=row.refundable_fen, refund=row.receipt
    )


@blueprint.route("/deals/<int:deal_id>/royalty", methods=["GET", "POST"])
@requires(signed_in)
def state_royalty(deal_id: int) -> str | Response:
    """The buyer states the figures of a period."""
    with reading() as uow:
        page = payments_page(uow, deal_id)
    if not page.can_state:
        raise Conflict(N_("No royalty is agreed in this deal, or it is for the buyer to state it."))
    form = RoyaltyForm()
    if submitted(form, lambda uow: payment_service.state_royalty(uow, deal_id, form.read())) is not None:
        flash(_("The figures are stated. %(name)s is asked to agree or object.", name=page.seller.name), "success")
        return redirect(url_for("deals.payments", deal_id=deal_id, _anchor="royalties"), code=303)
    return render_template("deals/royalty.html", page=page, form=form)


@blueprint.post("/royalties/<int:statement_id>/<any(agree, object):action>")
@requires(signed_in)
def answer_royalty(statement_id: int, action: str) -> str | Response:
    """The seller agrees to the figures, or objects with a reason."""
    form = ReasonForm()
    with reading() as uow:
        deal_id = payments_page(uow, royalties.fetch(uow, statement_id).deal_id).deal.id
    if action == "agree":
        with writing() as uow:
            payment_service.answer_royalty(uow, statement_id, action)
    elif (
        submitted(form, lambda uow: payment_service.answer_royalty(uow, statement_id, action, form.reason.data)) is None
    ):
        return _show(deal_id, Refused(f"object-{statement_id}", form))
    flash(_("Done. The other side has been told."), "success")
    return redirect(url_for("deals.payments", deal_id=deal_id, _anchor="royalties"), code=303)


@blueprint.route("/milestones/<int:milestone_id>/invoice", methods=["GET", "POST"])
@requires(signed_in)
def invoice(milestone_id: int) -> str | Response:
    """The seller notes the invoice of a line."""
    page, line = _line(milestone_id)
    if not line.can_invoice:
        raise Conflict(N_("Only the seller notes an invoice, and not on a cancelled line."))
    form = InvoiceForm(number=line.milestone.invoice_number, vat=line.milestone.vat_fen)
    noted = submitted(form, lambda uow: payment_service.invoice(uow, milestone_id, form.number.data, form.vat.fen or 0))
    if noted is not None:
        flash(_("The invoice is noted."), "success")
        return _to(page.deal.id, milestone_id)
    return render_template("deals/invoice.html", page=page, line=line, form=form)


@blueprint.post("/milestones/<int:milestone_id>/day")
@requires(signed_in)
def fall_due(milestone_id: int) -> str | Response:
    """Say until which day a line is to be paid whose event has happened."""
    form = DayForm()
    with reading() as uow:
        deal_id = plan.fetch(uow, milestone_id).deal_id
    if submitted(form, lambda uow: payment_service.fall_due(uow, milestone_id, form.day.data)) is None:
        return _show(deal_id, Refused(f"due-{milestone_id}", form))
    flash(_("The day is set. The other side has been told."), "success")
    return _to(deal_id, milestone_id)


@blueprint.post("/receipts/<int:receipt_id>/confirm")
@requires(signed_in)
def confirm_receipt(receipt_id: int) -> str | Response:
    """Say that the money has arrived, and when."""
    form, deal_id = DayForm(), _deal_of(receipt_id)
    receipt = submitted(form, lambda uow: payment_service.confirm(uow, receipt_id, form.day.data))
    if receipt is None:
        return _show(deal_id, Refused(f"confirm-{receipt_id}", form))
    flash(_("Confirmed. An official now compares the voucher, and then the amount counts."), "success")
    return _to(deal_id, receipt.milestone_id)


@blueprint.post("/receipts/<int:receipt_id>/verify")
@requires(official)
def verify_receipt(receipt_id: int) -> Response:
    """An official has compared the voucher."""
    with writing() as uow:
        receipt = payment_service.verify(uow, receipt_id)
    is_payment = receipt.kind is ReceiptKind.PAYMENT
    flash(
        _("Verified. The amount counts as received from now on.")
        if is_payment
        else _("Verified. The amount is taken off what was received."),
        "success",
    )
    return _to(receipt.deal_id, receipt.milestone_id)


@blueprint.post("/receipts/<int:receipt_id>/<any(refuse, withdraw, reject):action>")
@requires(signed_in)
def end_receipt(receipt_id: int, action: str) -> str | Response:
    """Refuse, withdraw or reject a report; all but the withdrawal ask for a reason."""
    deal_id = _deal_of(receipt_id)
    form = ReasonForm()
    if action == "withdraw":
        with writing() as uow:
            payment_service.end(uow, receipt_id, action)
    elif submitted(form, lambda uow: payment_service.end(uow, receipt_id, action, form.reason.data)) is None:
        return _show(deal_id, Refused(f"{action}-{receipt_id}", form))
    flash(_(ENDS[action]), "success")
    return redirect(url_for("deals.payments", deal_id=deal_id), code=303)


@blueprint.get("/receipts/<int:receipt_id>/voucher")
@requires(signed_in)
def voucher(receipt_id: int) -> FlaskResponse:
    """The bank's voucher, as a download: for the parties and officials, not for the authors of listings."""
    page, row = _receipt(receipt_id)
    if not page.relations & {Relation.PARTY, Relation.OFFICIAL}:
        raise NotFound(N_("There is no such file."))
    receipt = row.receipt
    return download(receipt.voucher_sha256, receipt.voucher_type, receipt.voucher_name)


def _show(deal_id: int, refused: Refused | None = None) -> str:
    with reading() as uow:
        page = payments_page(uow, deal_id)
    return render_template(
        "deals/payments.html",
        page=page,
        refused=refused.form if refused else None,
        reason_form=forms_for(ReasonForm, refused),
        day_form=forms_for(DayForm, refused),
    )


def _deal_of(receipt_id: int) -> int:
    """Of a receipt the reader may know of. Raises NotFound."""
    page, _row = _receipt(receipt_id)
    return page.deal.id


def _line(milestone_id: int) -> tuple[PaymentsPage, LineRow]:
    with reading() as uow:
        page = payments_page(uow, plan.fetch(uow, milestone_id).deal_id)
    line = page.line(milestone_id)
    if line is None:
        raise NotFound(N_("There is no such line in a payment plan."))
    return page, line


def _receipt(receipt_id: int) -> tuple[PaymentsPage, ReceiptRow]:
    with reading() as uow:
        page = payments_page(uow, service.fetch(uow, receipt_id).deal_id)
    row = page.row(receipt_id)
    if row is None:
        raise NotFound(N_("There is no such payment."))
    return page, row


def _to(deal_id: int, milestone_id: int) -> Response:
    return redirect(url_for("deals.payments", deal_id=deal_id, _anchor=f"line-{milestone_id}"), code=303)
