"""Pages of the standard texts: every text, one with its history, writing its next version, answering a proposal."""

from datetime import date
from functools import partial
from itertools import pairwise

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.admin import clause_pages
from marketplace.admin.clause_forms import ClauseForm
from marketplace.admin.clause_pages import Preview
from marketplace.contracts.marking import woven
from marketplace.contracts.rules import ContractType
from marketplace.contracts.standard import Wording, firsts
from marketplace.infra.media import PDF
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_
from marketplace.standards import queries, service
from marketplace.standards.policy import may_read
from marketplace.standards.queries import History, Proposal
from marketplace.standards.rules import MEANINGS
from marketplace.web.access import administrator, requires
from marketplace.web.context import reading, writing
from marketplace.web.forms import row_id
from marketplace.web.reasons import ReasonForm
from marketplace.web.sending import send_written
from marketplace.web.submission import looked_up, submitted

blueprint = Blueprint("clauses", __name__)


@blueprint.context_processor
def _words() -> dict[str, object]:
    """The types of contracts by name, and the clauses of which some types have a text of their own."""
    return {
        "types": {str(one): one for one in ContractType},
        "own_texts": {slot.key for slot in firsts() if slot.variant},
    }


@blueprint.get("/admin/clauses")
@requires(may_read)
def index() -> str:
    """Every standard text, and what waits."""
    with reading() as uow:
        kinds, waiting = queries.overview(uow), queries.waiting(uow)
    return render_template("admin/clauses.html", kinds=kinds, waiting=waiting)


@blueprint.get("/admin/clauses/<name>")
@requires(may_read)
def clause(name: str) -> str:
    """One text: what is valid, every version with what it changed, every proposal."""
    found = _history(name)
    texts = [one.wording.text for one in found.versions]
    changes = [woven(before, after) for after, before in pairwise(texts)]
    return render_template("admin/clause.html", found=found, changes=changes)


@blueprint.route("/admin/clauses/<name>/edit", methods=["GET", "POST"])
@requires(administrator)
def edit(name: str) -> str | Response:
    """An administrator writes the next version; it is shown first, then proposed."""
    found, form = _history(name), ClauseForm()
    if found.first.is_fixed:
        raise Conflict(N_("This clause says what the platform itself does. It changes only with the platform."))
    if request.method == "GET":
        _begin(form, found)
        return _edit_page(found, form)
    if request.form.get("action") == "preview":
        return _edit_page(found, form, looked_up(form, lambda uow: _preview_typed(uow, found, form)))
    done = submitted(form, lambda uow: service.propose(uow, found.slot, form.read()).id)
    if done is not None:
        flash(
            _("Proposed. It is valid once another administrator or an official of the city has approved it."), "success"
        )
        return _to(done)
    return _edit_page(_history(name), form)


@blueprint.post("/admin/clauses/<name>/preview.pdf")
@requires(administrator)
def typed_pdf(name: str) -> str | FlaskResponse:
    """What is typed, within the example document, as a file."""
    found, form = _history(name), ClauseForm()
    wording = looked_up(form, lambda _uow: clause_pages.wording_of(found, form.read()))
    return _edit_page(found, form) if wording is None else _pdf(wording, form.valid_from.data or found.today)


@blueprint.get("/admin/clauses/proposals/<int:proposal_id>")
@requires(may_read)
def proposal(proposal_id: int) -> str:
    """One proposal, with what it changes and how it reads."""
    return _proposal_page(proposal_id, ReasonForm(None))


@blueprint.get("/admin/clauses/proposals/<int:proposal_id>/preview.pdf")
@requires(may_read)
def proposed_pdf(proposal_id: int) -> FlaskResponse:
    """A proposal within the example document, as a file."""
    with reading() as uow:
        row = queries.proposal(uow, proposal_id).row
    return _pdf(row.wording, row.valid_from)


@blueprint.post("/admin/clauses/proposals/<int:proposal_id>/approve")
@requires(may_read)
def approve(proposal_id: int) -> Response:
    """Another administrator, or an official of the city, approves."""
    with writing() as uow:
        name = str(service.approve(uow, proposal_id).slot)
    flash(_("Approved. Documents drafted from its day on take this text; those that are there keep theirs."), "success")
    return redirect(url_for("clauses.clause", name=name), code=303)


@blueprint.post("/admin/clauses/proposals/<int:proposal_id>/return")
@requires(may_read)
def give_back(proposal_id: int) -> str | Response:
    """The same people return it with a reason."""
    form = ReasonForm()
    if submitted(form, lambda uow: service.give_back(uow, proposal_id, form.reason.data or "")) is None:
        return _proposal_page(proposal_id, form)
    flash(_("Returned. Its author reads your reason and can write it anew from this text."), "success")
    return _to(proposal_id)


@blueprint.post("/admin/clauses/proposals/<int:proposal_id>/withdrawal")
@requires(may_read)
def withdraw(proposal_id: int) -> Response:
    """Its author takes it back."""
    with writing() as uow:
        service.withdraw(uow, proposal_id)
    flash(_("The proposal is withdrawn."), "success")
    return _to(proposal_id)


def _history(name: str) -> History:
    with reading() as uow:
        return queries.history(uow, queries.slot_named(name))


def _begin(form: ClauseForm, found: History) -> None:
    """Begin with the newest version, or with a proposal that was not approved."""
    wording, day = found.newest.wording, max(found.today, found.newest.valid_from or found.today)
    earlier = row_id(request.args.get("proposal"))
    row = next((one.row for one in found.proposals if one.row.id == earlier), None)
    form.heading.data, form.text.data = (row or wording).heading, (row or wording).text
    form.reason.data = row.reason if row else ""
    form.valid_from.data, form.base_version.data = day, str(wording.version)


def _preview_typed(uow: UnitOfWork, found: History, form: ClauseForm) -> Preview:
    wording = clause_pages.wording_of(found, form.read())
    return clause_pages.preview(uow, wording, form.valid_from.data or found.today, found.newest.wording.text)


def _edit_page(found: History, form: ClauseForm, preview: Preview | None = None) -> str:
    other = clause_pages.meanwhile(found, form.read())
    # Whoever sends the form again has seen what the other one did.
    form.base_version.data = str(found.newest.wording.version)
    return render_template(
        "admin/clause_edit.html", found=found, form=form, preview=preview, other=other, meanings=MEANINGS
    )


def _proposal_page(proposal_id: int, form: ReasonForm) -> str:
    with reading() as uow:
        one = queries.proposal(uow, proposal_id)
        found = queries.history(uow, one.row.slot)
        before = _before(found, one)
        shown = clause_pages.preview(uow, one.row.wording, one.row.valid_from, before.text)
    return render_template("admin/clause_proposal.html", one=one, found=found, before=before, preview=shown, form=form)


def _before(found: History, one: Proposal) -> Wording:
    """The version a proposal was written against."""
    return next(version.wording for version in found.versions if version.wording.version == one.row.base_version)


def _pdf(wording: Wording, day: date) -> FlaskResponse:
    with reading() as uow:
        return send_written(partial(clause_pages.write_pdf, uow, wording, day), PDF, f"{wording.slot}.pdf")


def _to(proposal_id: int) -> Response:
    return redirect(url_for("clauses.proposal", proposal_id=proposal_id), code=303)
