"""Pages of the right to buy first: the seller tells, a contributor answers, a paper is recorded."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.contracts.service import fetch as fetch_document
from marketplace.deals import document_queries, preemption_service
from marketplace.deals.blueprint import blueprint
from marketplace.deals.document_queries import DocumentPage
from marketplace.deals.forms import AnswerPaperForm, NoteForm
from marketplace.deals.models import Deal, Offer
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.preemptions import service
from marketplace.preemptions.models import Preemption
from marketplace.preemptions.rules import PREEMPTION_STATES, PreemptionState
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.forms import upload_of
from marketplace.web.sending import download
from marketplace.web.submission import submitted

SAID = {
    "exercise": N_(
        "You want to buy first. The contract is not sent for signature before you and your unit have agreed."
    ),
    "waive": N_("You do not buy. Thank you for the answer."),
}


@blueprint.post("/documents/<int:document_id>/contributors")
@requires(signed_in)
def tell_contributors(document_id: int) -> Response:
    """The seller tells those who made the result."""
    with writing() as uow:
        preemption_service.tell(uow, document_id)
    flash(_("The contributors are told. Their answers appear here."), "success")
    return redirect(url_for("deals.document", document_id=document_id), code=303)


@blueprint.route("/preemptions/<int:preemption_id>", methods=["GET", "POST"])
@requires(signed_in)
def preemption(preemption_id: int) -> str | Response:
    """The terms on which a contributor may buy first, and his answer."""
    form = NoteForm()
    action = "exercise" if request.form.get("action") == "exercise" else "waive"
    with reading() as uow:
        preemption_service.own(uow, preemption_id)
    done = submitted(form, lambda uow: preemption_service.answer(uow, preemption_id, action, form.note.data or ""))
    if done is not None:
        flash(_(SAID[action]), "success")
        return redirect(url_for("deals.preemption", preemption_id=preemption_id), code=303)
    with reading() as uow:
        row = preemption_service.own(uow, preemption_id)
        document = fetch_document(uow, row.document_id)
        offer = uow.session.get_one(Offer, document.offer_id)
        deal = uow.session.get_one(Deal, row.deal_id)
        is_open = document.state == "draft"
        in_time = china_day(uow.now()) <= row.until
    available = PREEMPTION_STATES.available(row.state, frozenset({Relation.AUTHOR})) if is_open else ()
    actions = {one.action for one in available if in_time or one.action != "exercise"}
    return render_template(
        "preemptions/answer.html", row=row, deal=deal, offer=offer, actions=actions, form=form, is_open=is_open
    )


@blueprint.route("/preemptions/<int:preemption_id>/paper", methods=["GET", "POST"])
@requires(signed_in)
def preemption_paper(preemption_id: int) -> str | Response:
    """The seller records what a contributor without an account has signed."""
    page, row = _row(preemption_id)
    if not page.may_tell or row.user_id is not None or row.state is PreemptionState.WAIVED:
        raise Conflict(N_("There is no paper to record here. Reload the page to see where it stands."))
    form = AnswerPaperForm()
    paper = form.file
    done = submitted(
        form,
        lambda uow: preemption_service.record_paper(uow, preemption_id, form.answer.data, upload_of(paper.data)),
    )
    if done is not None:
        flash(_("The paper is kept."), "success")
        return redirect(url_for("deals.document", document_id=row.document_id), code=303)
    return render_template("preemptions/paper.html", page=page, row=row, form=form)


@blueprint.get("/preemptions/<int:preemption_id>/paper/file")
@requires(signed_in)
def preemption_file(preemption_id: int) -> FlaskResponse:
    """The signed paper, for the seller and officials."""
    page, row = _row(preemption_id)
    if not page.relations & {Relation.SELLER, Relation.OFFICIAL} or row.paper_sha256 is None:
        raise NotFound(N_("There is no such file."))
    return download(row.paper_sha256, row.paper_type, row.paper_name)


def _row(preemption_id: int) -> tuple[DocumentPage, Preemption]:
    """Of a document the reader may know of. Raises NotFound."""
    with reading() as uow:
        row = service.fetch(uow, preemption_id)
        return document_queries.document_page(uow, row.document_id), row
