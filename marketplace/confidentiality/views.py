"""Pages of confidentiality agreements: asking, the agreement, signing it, and opening what it protects."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts.rules import CODE_MINUTES
from marketplace.confidentiality import opening, queries, service, signers
from marketplace.confidentiality.blueprint import blueprint
from marketplace.confidentiality.forms import PapersForm, SignForm
from marketplace.confidentiality.queries import AgreementView, OfResult
from marketplace.contracts.confirming import ways_for
from marketplace.contracts.rules import METHOD, METHODS
from marketplace.deals.forms import ReasonForm
from marketplace.kernel.errors import NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.matching.models import Interest
from marketplace.organisations.parties import name_of
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.forms import row_id
from marketplace.web.redirects import page_before
from marketplace.web.refused import Refused, forms_for
from marketplace.web.sending import download
from marketplace.web.submission import submitted

__all__ = ["blueprint"]

CLOSED = {
    "decline": N_("You declined to sign. The other side reads your reason."),
    "end": N_("Nothing more is opened under this agreement. Its duties go on, and the other side reads your reason."),
}


@blueprint.app_template_global("confidentiality_of")
def confidentiality_of(result_id: int, reader_party_id: int | None = None) -> OfResult:
    """For the page of a result and the talks about it: agreements the reader of the page may know of."""
    with reading() as uow:
        return queries.of_result(uow, result_id, reader_party_id)


@blueprint.app_template_global("confidentiality_of_interest")
def confidentiality_of_interest(interest_id: int) -> OfResult:
    """For the page of an interest: agreements between its two sides."""
    with reading() as uow:
        interest = uow.session.get_one(Interest, interest_id)
        if interest.result_id is None:
            return OfResult((), ())
        found = queries.of_result(uow, interest.result_id)
        sides = {interest.from_party_id, interest.to_party_id}
        return OfResult(
            [one for one in found.agreements if one.reader.id in sides],
            [one for one in found.may_ask if one.id in sides],
        )


@blueprint.app_template_global("shown_description")
def shown_description(agreement_id: int) -> str | None:
    """How it works, where the reader of the page has opened it within the hour."""
    with reading() as uow:
        return opening.shown_description(uow, agreement_id)


@blueprint.post("/results/<int:result_id>/confidentiality")
@requires(signed_in)
def ask(result_id: int) -> Response:
    """Ask to read the protected parts of a result: the text is written, to be read and signed."""
    with writing() as uow:
        agreement_id = service.ask(uow, result_id, row_id(request.form.get("party")) or 0).id
    return redirect(url_for(".sign", agreement_id=agreement_id), code=303)


@blueprint.get("/confidentiality/<int:agreement_id>")
@requires(signed_in)
def page(agreement_id: int) -> str:
    """The agreement: who has signed, what is open, and who has read it."""
    return _page(agreement_id)


def _page(agreement_id: int, refused: Refused | None = None, papers: PapersForm | None = None) -> str:
    view = _view(agreement_id)
    papers = papers or PapersForm(formdata=None)
    papers.offer(view.nameable)
    reasons = forms_for(ReasonForm, refused)
    return render_template("confidentiality/page.html", view=view, papers=papers, reasons=reasons, refused=refused)


@blueprint.route("/confidentiality/<int:agreement_id>/signature", methods=["GET", "POST"])
@requires(signed_in)
def sign(agreement_id: int) -> str | Response:
    """Read the whole text, then sign it with the password and the code that was sent."""
    view = _view(agreement_id)
    if not view.held:
        raise NotPermitted(N_("You may not sign for this party."))
    with reading() as uow:
        conditions = signers.signing_conditions(uow, view.agreement)
        signer = name_of(uow.session, signers.signer(uow, view.agreement))
        ways = ways_for(uow, view.agreement.text)
    form = SignForm()
    form.offer(view.nameable if "countersign" in view.actions else ())
    form.offer_ways(ways, "sent" in request.args)
    if request.method == "GET":
        form.sha256.data = view.agreement.sha256
    if submitted(form, lambda uow: service.sign(uow, agreement_id, form.read(), form.papers.data or ())) is not None:
        flash(_("You have signed. What you signed, when and from where is recorded below."), "success")
        return _to(agreement_id)
    return render_template(
        "confidentiality/sign.html",
        view=view,
        form=form,
        conditions=conditions,
        signer=signer,
        may_sign=view.signs_for is not None and all(one.is_met for one in conditions),
        method=METHODS[METHOD],
        ways=ways,
        sent_to=ways.contact if "sent" in request.args else None,
        minutes=CODE_MINUTES,
    )


@blueprint.post("/confidentiality/<int:agreement_id>/signature/code")
@requires(signed_in)
def send_signing_code(agreement_id: int) -> Response:
    """Have a code sent to one's contact, and go on signing."""
    with writing() as uow:
        service.send_signing_code(uow, agreement_id)
    return redirect(url_for(".sign", agreement_id=agreement_id, sent=1, _anchor="confirm"), code=303)


@blueprint.post("/confidentiality/<int:agreement_id>/<any(decline, end):action>")
@requires(signed_in)
def close(agreement_id: int, action: str) -> str | Response:
    """The owner declines, or opens nothing more, with a reason."""
    form = ReasonForm()
    use_case = service.decline if action == "decline" else service.end
    if submitted(form, lambda uow: use_case(uow, agreement_id, form.reason.data or "")) is None:
        return _page(agreement_id, Refused(action, form))
    flash(_(CLOSED[action]), "success")
    return _to(agreement_id)


@blueprint.post("/confidentiality/<int:agreement_id>/withdraw")
@requires(signed_in)
def withdraw(agreement_id: int) -> Response:
    """The reader takes the request back before he has signed it."""
    with writing() as uow:
        service.withdraw(uow, agreement_id)
    flash(_("The request is taken back. The owner never heard of it; you can ask anew at any time."), "success")
    return _to(agreement_id)


@blueprint.post("/confidentiality/<int:agreement_id>/papers")
@requires(signed_in)
def name_papers(agreement_id: int) -> str | Response:
    """The owner opens further papers."""
    view, form = _view(agreement_id), PapersForm()
    form.offer(view.nameable)
    if submitted(form, lambda uow: service.name_papers(uow, agreement_id, form.papers.data or ())) is None:
        return _page(agreement_id, papers=form)
    flash(_("The papers are opened, and the other side is told."), "success")
    return _to(agreement_id)


@blueprint.post("/confidentiality/<int:agreement_id>/description")
@requires(signed_in)
def open_description(agreement_id: int) -> Response:
    """Record that it is opened, then show how the result works where the reader was."""
    with writing() as uow:
        opening.open_description(uow, agreement_id)
    here = page_before(url_for(".page", agreement_id=agreement_id))
    return redirect(f"{here}#protected", code=303)


@blueprint.post("/confidentiality/<int:agreement_id>/papers/<string(length=64):sha256>")
@requires(signed_in)
def open_paper(agreement_id: int, sha256: str) -> FlaskResponse:
    """Record that it is opened, then send the file."""
    with writing() as uow:
        paper = opening.open_paper(uow, agreement_id, sha256)
    return download(paper.sha256, paper.media_type, paper.name)


@blueprint.get("/confidentiality/<int:agreement_id>/text.txt")
@requires(signed_in)
def text(agreement_id: int) -> FlaskResponse:
    """Exactly the bytes that are signed: their SHA-256 is the one the page shows."""
    agreement = _view(agreement_id).agreement
    response = FlaskResponse(agreement.text.encode(), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="confidentiality-{agreement.id}.txt"'
    return response


@blueprint.get("/confidentiality/<int:agreement_id>/agreement.pdf")
@requires(signed_in)
def pdf(agreement_id: int) -> FlaskResponse:
    """The PDF with both signatures in it."""
    file = _view(agreement_id).file
    if file is None:
        raise NotFound(N_("There is no such file."))
    return download(file.sha256, "application/pdf", f"confidentiality-{agreement_id}.pdf")


def _view(agreement_id: int) -> AgreementView:
    with reading() as uow:
        return queries.agreement_view(uow, agreement_id)


def _to(agreement_id: int) -> Response:
    return redirect(url_for(".page", agreement_id=agreement_id), code=303)
