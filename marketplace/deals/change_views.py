"""Pages on which the parties change a contract in force, or agree on its end."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.contracts.changes import ContractInForce
from marketplace.contracts.models import AmendedRoyalty, Amendment, Settlement
from marketplace.contracts.rules import DocumentKind
from marketplace.deals import change_service, queries
from marketplace.deals.blueprint import blueprint
from marketplace.deals.change_forms import SettlementForm, amendment_form
from marketplace.deals.forms import ReasonForm
from marketplace.deals.paper_views import refuse_reason
from marketplace.deals.queries import RoomPage
from marketplace.deals.standing import contract_standing
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading
from marketplace.web.refused import Refused
from marketplace.web.submission import submitted

NOT_NOW = N_("A contract is changed or ended by its parties while it is in force, and one change at a time.")


@blueprint.route("/deals/<int:deal_id>/amendment", methods=["GET", "POST"])
@requires(signed_in)
def amend_contract(deal_id: int) -> str | Response:
    """Propose other terms; the form begins with the contract as it stands, or with the text that is on the table."""
    page, contract = _contract(deal_id, DocumentKind.AMENDMENT)
    with reading() as uow:
        written = uow.session.get(Amendment, page.change.id) if page.change else None
        royalty = uow.session.get(AmendedRoyalty, page.change.id) if page.change else None
        today = china_day(uow.now())
    form = amendment_form(contract, written, today)()
    if request.method == "GET":
        form.fill_from(contract, page.change, written, royalty)
    new = submitted(form, lambda uow: change_service.propose_amendment(uow, deal_id, form.read(contract)).id)
    if new is not None:
        flash(_("The amendment is written. Read it, then send it for signature."), "success")
        return _to(new)
    return render_template("deals/amendment.html", page=page, form=form, contract=contract)


@blueprint.route("/deals/<int:deal_id>/termination-agreement", methods=["GET", "POST"])
@requires(signed_in)
def end_contract(deal_id: int) -> str | Response:
    """Propose how the contract ends and what is settled."""
    page, contract = _contract(deal_id, DocumentKind.TERMINATION_AGREEMENT)
    form = SettlementForm()
    if request.method == "GET" and page.change is not None:
        with reading() as uow:
            form.fill_from(page.change, uow.session.get_one(Settlement, page.change.id))
    new = submitted(form, lambda uow: change_service.propose_termination(uow, deal_id, form.read()).id)
    if new is not None:
        flash(_("The termination agreement is written. Read it, then send it for signature."), "success")
        return _to(new)
    return render_template("deals/termination_agreement.html", page=page, form=form, contract=contract)


@blueprint.post("/documents/<int:document_id>/take-off")
@requires(signed_in)
def take_off_change(document_id: int) -> str | Response:
    """Take an amendment or termination agreement off the table, with a reason."""
    form = ReasonForm()
    deal_id = submitted(form, lambda uow: change_service.take_off(uow, document_id, form.reason.data).deal_id)
    if deal_id is None:
        return refuse_reason(document_id, Refused("off", form))
    flash(_("It is off the table. The contract goes on as it was."), "success")
    return redirect(url_for("deals.room", deal_id=deal_id), code=303)


def _contract(deal_id: int, kind: DocumentKind) -> tuple[RoomPage, ContractInForce]:
    """The deal with its contract as it stands. Raises NotFound, and Conflict where nothing can be proposed now."""
    with reading() as uow:
        page = queries.room(uow, deal_id)
        is_other = page.change is not None and page.change.kind is not kind
        if not page.is_changeable or is_other:
            raise Conflict(NOT_NOW)
        return page, contract_standing(uow, page.deal)


def _to(document_id: int) -> Response:
    return redirect(url_for("deals.document", document_id=document_id), code=303)
