"""Pages of a document: its text, changing it, signing it, taking it home."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts.rules import CODE_MINUTES
from marketplace.contracts.confirming import ways_for
from marketplace.contracts.models import Document
from marketplace.contracts.rules import METHOD, METHODS
from marketplace.contracts.service import require_no_official_awaited
from marketplace.deals import document_queries, document_service, queries
from marketplace.deals.blueprint import blueprint
from marketplace.deals.document_queries import DocumentPage, Signatory
from marketplace.deals.envelope_forms import SendForm
from marketplace.deals.forms import LetterForm, ReasonForm, ScanForm, clause_texts, clauses_form
from marketplace.deals.paper_views import refuse_reason, show_document
from marketplace.deals.signing_forms import SignForm
from marketplace.kernel.errors import Conflict, NotFound, NotPermitted
from marketplace.kernel.messages import N_
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.forms import row_id
from marketplace.web.refused import Refused
from marketplace.web.sending import download
from marketplace.web.submission import submitted


@blueprint.post("/deals/<int:deal_id>/contract")
@requires(signed_in)
def draft_contract(deal_id: int) -> Response:
    """Write the contract text from the accepted offer."""
    with writing() as uow:
        document_id = document_service.draft_contract(uow, deal_id).id
    flash(_("The contract text is written. Read it, change what is needed, then send it for signature."), "success")
    return _to(document_id)


@blueprint.route("/deals/<int:deal_id>/letter", methods=["GET", "POST"])
@requires(signed_in)
def letter(deal_id: int) -> str | Response:
    """Write a letter of intent."""
    form = LetterForm()
    with reading() as uow:
        page = queries.room(uow, deal_id)
    if not page.can_write_letter:
        raise Conflict(N_("A letter of intent is written before the contract is sent, and only one at a time."))
    written = submitted(form, lambda uow: document_service.draft_letter(uow, deal_id, form.amount.fen or 0).id)
    if written is not None:
        return _to(written)
    return render_template("deals/letter.html", page=page, form=form)


@blueprint.get("/documents/<int:document_id>")
@requires(signed_in)
def document(document_id: int) -> str:
    """The text with its hash, who has signed, and what may be done."""
    with reading() as uow:
        page = document_queries.document_page(uow, document_id)
    return show_document(page, ScanForm())


@blueprint.route("/documents/<int:document_id>/edit", methods=["GET", "POST"])
@requires(signed_in)
def edit_document(document_id: int) -> str | Response:
    """Change clauses; the new text takes the place of this one."""
    with reading() as uow:
        page = document_queries.document_page(uow, document_id)
    require_no_official_awaited(page.document)
    if "void" not in page.actions:
        raise Conflict(N_("This text can no longer be changed: it was replaced, or is signed by all."))
    form = clauses_form(page.clauses)()
    amended = submitted(form, lambda uow: document_service.amend(uow, document_id, clause_texts(form, page.clauses)).id)
    if amended is not None:
        flash(_("The text is changed. The earlier one is void; the changes are marked for the other side."), "success")
        return _to(amended)
    return render_template("contracts/edit.html", page=page, form=form)


@blueprint.post("/documents/<int:document_id>/anew")
@requires(signed_in)
def write_document_anew(document_id: int) -> Response:
    """Write the text anew from the standard texts valid today."""
    with writing() as uow:
        new_id = document_service.write_anew(uow, document_id).id
    flash(_("The text is written anew from today's standard texts. Read it, then send it for signature."), "success")
    return _to(new_id)


@blueprint.post("/documents/<int:document_id>/present-names")
@requires(signed_in)
def write_under_present_names(document_id: int) -> Response:
    """The same clauses under the present names of the parties; the new text takes the place of this one."""
    with writing() as uow:
        new_id = document_service.amend(uow, document_id, {}).id
    flash(_("The text is a draft again and names every party as it is today. Check it, then send it."), "success")
    return _to(new_id)


@blueprint.post("/documents/<int:document_id>/send")
@requires(signed_in)
def send_document(document_id: int) -> str | Response:
    """Open the text for signature, in the order and until the day chosen."""
    form = SendForm()
    with reading() as uow:
        form.offer(document_queries.document_page(uow, document_id).signatories)
    if submitted(form, lambda uow: document_service.send(uow, document_id, form.read())) is None:
        return refuse_reason(document_id, Refused("send", form))
    flash(_("The text is open for signature by all its parties."), "success")
    return _to(document_id)


@blueprint.post("/documents/<int:document_id>/decline")
@requires(signed_in)
def decline_document(document_id: int) -> str | Response:
    """Refuse to sign, with a reason."""
    form = ReasonForm()
    if submitted(form, lambda uow: document_service.decline(uow, document_id, form.reason.data)) is None:
        return refuse_reason(document_id, Refused("sign", form))
    flash(_("You declined to sign. The other parties read your reason."), "success")
    return _to(document_id)


@blueprint.route("/documents/<int:document_id>/signature", methods=["GET", "POST"])
@requires(signed_in)
def sign(document_id: int) -> str | Response:
    """Read the whole text, then sign it with the password and the code that was sent."""
    form = SignForm()
    with reading() as uow:
        page = document_queries.document_page(uow, document_id)
        signatory = _signatory(page, form.party.data or request.args.get("party", ""))
        conditions = document_queries.signing_conditions(uow, page.document, signatory.party.id)
        ways = ways_for(uow, page.document.text)
    form.offer_ways(ways, "sent" in request.args)
    if request.method == "GET":
        form.sha256.data, form.party.data = page.document.sha256, str(signatory.party.id)
    signed = submitted(form, lambda uow: document_service.sign(uow, document_id, form.read(), signatory.party.id))
    if signed is not None:
        flash(_("You have signed. What you signed, when and from where is recorded below."), "success")
        return _to(document_id)
    may_sign = all(condition.is_met for condition in conditions)
    return render_template(
        "contracts/sign.html",
        page=page,
        form=form,
        conditions=conditions,
        may_sign=may_sign,
        signatory=signatory,
        method=METHODS[METHOD],
        ways=ways,
        sent_to=ways.contact if "sent" in request.args else None,
        minutes=CODE_MINUTES,
    )


@blueprint.post("/documents/<int:document_id>/signature/code")
@requires(signed_in)
def send_signing_code(document_id: int) -> Response:
    """Have a code sent to one's contact, and go on signing."""
    party_id = row_id(request.form.get("party"))
    with writing() as uow:
        document_service.send_signing_code(uow, document_id, party_id)
    # Said beside the button: at the top of the page, above the whole contract, nobody would see it.
    return redirect(url_for(".sign", document_id=document_id, party=party_id, sent=1, _anchor="confirm"), code=303)


@blueprint.get("/documents/<int:document_id>/text.txt")
@requires(signed_in)
def document_text(document_id: int) -> FlaskResponse:
    """Exactly the bytes that are signed: their SHA-256 is the one the page shows."""
    with reading() as uow:
        found = document_queries.document_page(uow, document_id).document
    response = FlaskResponse(found.text.encode(), mimetype="text/plain", content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{_file_name(found)}.txt"'
    return response


@blueprint.get("/documents/<int:document_id>/document.pdf")
@requires(signed_in)
def document_pdf(document_id: int) -> FlaskResponse:
    """The PDF, with the record of the signatures once all have signed. Raises NotFound before it is printed."""
    with reading() as uow:
        page = document_queries.document_page(uow, document_id)
    if page.pdf is None:
        raise NotFound(N_("There is no such file."))
    return download(page.pdf.sha256, "application/pdf", f"{_file_name(page.document)}.pdf")


@blueprint.get("/documents/<int:document_id>/print")
@requires(signed_in)
def print_document(document_id: int) -> str:
    """The text on paper, with its hash and the record of signatures."""
    with reading() as uow:
        page = document_queries.document_page(uow, document_id)
    return render_template("contracts/print.html", page=page)


def _file_name(document: Document) -> str:
    return f"{document.kind.value.replace('_', '-')}-{document.deal_id}-{document.number}"


def _signatory(page: DocumentPage, wanted: str) -> Signatory:
    """The party the reader signs for: the one named, else the first he may sign for that has not signed, else his only one."""
    mine = [one for one in page.signatories if one.may_sign and wanted in {"", str(one.party.id)}]
    if not mine:
        raise NotPermitted(N_("Only the parties of this deal may do this."))
    return next((one for one in mine if one.signature is None), mine[0])


def _to(document_id: int) -> Response:
    return redirect(url_for("deals.document", document_id=document_id), code=303)
