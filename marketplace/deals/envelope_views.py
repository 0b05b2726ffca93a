"""Pages of the envelope: taking a text up again, handing a signature over, and what becomes of the written power."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.contracts.clauses import reference_of
from marketplace.deals import document_queries, document_service, envelope_service
from marketplace.deals.blueprint import blueprint
from marketplace.deals.document_queries import DocumentPage, Signatory
from marketplace.deals.envelope_forms import PowerForm
from marketplace.deals.forms import ReasonForm
from marketplace.deals.paper_views import refuse_reason
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.powers import queries
from marketplace.powers.models import SigningPower
from marketplace.powers.service import NOT_A_UNIT, fetch, giver_gap
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.refused import Refused
from marketplace.web.sending import download
from marketplace.web.submission import submitted


@blueprint.post("/documents/<int:document_id>/take-up")
@requires(signed_in)
def take_up_document(document_id: int) -> Response:
    """Write a text that was not signed in time anew."""
    with writing() as uow:
        new_id = document_service.take_up(uow, document_id).id
    flash(_("The text is a draft again, word for word. Check it, then send it with a new last day."), "success")
    return _to(new_id)


@blueprint.route("/documents/<int:document_id>/power", methods=["GET", "POST"])
@requires(signed_in)
def hand_over(document_id: int) -> str | Response:
    """Hand one's party's signature over to a colleague by a written power."""
    form = PowerForm()
    with reading() as uow:
        page = document_queries.document_page(uow, document_id)
        signatory = _own(uow, page)
        others = [one.party.id for one in page.signatories if one is not signatory]
        agents = queries.agents(uow, page.document, signatory.party.id, others)
    form.offer(agents)
    if request.method == "GET" and page.envelope is not None:
        form.until.data = page.envelope.sign_by
    party_id = signatory.party.id
    if submitted(form, lambda uow: envelope_service.hand_over(uow, document_id, form.read(), party_id)) is not None:
        flash(
            _("The signature is handed over. Your colleague is told, and signs with his own password and code."),
            "success",
        )
        return _to(document_id)
    reference = reference_of(page.document.text)
    return render_template(
        "contracts/power.html", page=page, form=form, signatory=signatory, agents=agents, reference=reference
    )


@blueprint.post("/powers/<int:power_id>/revoke")
@requires(signed_in)
def revoke_power(power_id: int) -> Response:
    """The party takes a written power back."""
    with writing() as uow:
        document_id = envelope_service.revoke(uow, power_id).document_id
    flash(_("The written power is taken back. Nobody signs by it any more."), "success")
    return _to(document_id)


@blueprint.post("/powers/<int:power_id>/return")
@requires(signed_in)
def give_back_power(power_id: int) -> str | Response:
    """The delegate gives his power back, with a reason."""
    form = ReasonForm()
    if submitted(form, lambda uow: envelope_service.give_back(uow, power_id, form.reason.data)) is None:
        with reading() as uow:
            document_id = fetch(uow, power_id).document_id
        return refuse_reason(document_id, Refused("power", form))
    flash(_("You have given the written power back. Your unit reads your reason and decides."), "success")
    return redirect(url_for("home.index"), code=303)


@blueprint.get("/powers/<int:power_id>/paper")
@requires(signed_in)
def power_paper(power_id: int) -> FlaskResponse:
    """The written power, for whoever reads the text: on it rests the signature of the party."""
    power = _readable(power_id)
    return download(power.paper_sha256, power.paper_type, power.paper_name)


def _readable(power_id: int) -> SigningPower:
    with reading() as uow:
        power = fetch(uow, power_id)
        document_queries.document_page(uow, power.document_id)
        return power


def _own(uow: UnitOfWork, page: DocumentPage) -> Signatory:
    """The party for which the reader hands the signature over. Raises NotFound, NotPermitted where another one would have to,
    and Conflict where there is nothing to."""
    mine = [one for one in page.signatories if one.is_mine]
    if not mine or page.envelope is None:
        raise NotFound(N_("There is no such page."))
    open_to = [one for one in mine if one.party.id in page.envelope.to_hand_over]
    if not open_to:
        units = [one.party.id for one in mine if one.party.organisation_id is not None]
        if units and (gap := giver_gap(uow, uow.actor.user_id, page.document, units[0])):
            raise NotPermitted(gap)
        raise Conflict(N_("There is no signature to hand over here now.") if units else NOT_A_UNIT)
    return open_to[0]


def _to(document_id: int) -> Response:
    return redirect(url_for("deals.document", document_id=document_id), code=303)
