"""Pages of benefits: a unit's list, the forms, one declaration with what an official decides, and the proof."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.benefits import checking, queries, service
from marketplace.benefits.blueprint import blueprint
from marketplace.benefits.forms import CorrectionForm, DeclarationForm
from marketplace.benefits.queries import BenefitRow
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.web.access import official, requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.forms import row_id
from marketplace.web.reasons import ReasonForm
from marketplace.web.refused import Refused, forms_for
from marketplace.web.sending import download
from marketplace.web.submission import submitted

__all__ = ["blueprint"]


@blueprint.app_template_global("verified_benefits")
def verified_benefits(result_id: int) -> list[BenefitRow]:
    """For the page of a result: what its units have gained by it, as declared and verified."""
    with reading() as uow:
        return queries.verified_of(uow, result_id)


@blueprint.app_template_global("units_that_may_declare")
def units_that_may_declare(result_id: int) -> list[tuple[int, str]]:
    """For the page of a result: the reader's own units that may declare a benefit of it."""
    with reading() as uow:
        return queries.units_that_may_declare(uow, result_id)


@blueprint.get("/organisations/<int:organisation_id>/benefits")
@requires(signed_in)
def of_unit(organisation_id: int) -> str:
    """What a unit has declared."""
    with reading() as uow:
        page = queries.unit_page(uow, organisation_id)
    return render_template("benefits/of_unit.html", page=page)


@blueprint.route("/organisations/<int:organisation_id>/benefits/new", methods=["GET", "POST"])
@requires(signed_in)
def declare(organisation_id: int) -> str | Response:
    """A unit declares what a result brought it in a year."""
    with reading() as uow:
        page = queries.unit_page(uow, organisation_id)
        results, today = queries.usable_results(uow, organisation_id), china_day(uow.now())
    if not page.may_declare:
        raise NotFound(N_("There is no such page."))
    form = DeclarationForm()
    form.offer(results, today.year - 1)
    if request.method == "GET":
        form.result.data = request.args.get("result", "")
    done = submitted(
        form,
        lambda uow: (
            service.declare(uow, organisation_id, row_id(form.result.data) or 0, int(form.year.data), form.read()).id
        ),
    )
    if done is not None:
        flash(_("Declared. It counts once an official has checked it against the proof."), "success")
        return _to(done)
    return render_template("benefits/declare.html", unit=page.unit, form=form, has_results=bool(results), old=None)


@blueprint.route("/benefits/<int:declaration_id>/correction", methods=["GET", "POST"])
@requires(signed_in)
def correct(declaration_id: int) -> str | Response:
    """A unit declares anew what is verified."""
    with reading() as uow:
        page = queries.benefit_page(uow, declaration_id)
    if "correct" not in page.actions:
        raise Conflict(N_("This is no longer possible: the state has changed. Reload the page to see where it stands."))
    form = CorrectionForm()
    if request.method == "GET":
        form.fill_from(page.declaration)
    done = submitted(form, lambda uow: service.correct(uow, declaration_id, form.read(form.reason.data)).id)
    if done is not None:
        flash(_("Declared. The declaration before goes on counting until an official has checked this one."), "success")
        return _to(done)
    return render_template("benefits/declare.html", unit=page.unit, form=form, has_results=True, old=page)


@blueprint.get("/benefits/<int:declaration_id>")
@requires(signed_in)
def page(declaration_id: int) -> str:
    """One declaration, for its unit and the officials."""
    return _show(declaration_id)


@blueprint.post("/benefits/<int:declaration_id>/verify")
@requires(official)
def verify(declaration_id: int) -> Response:
    """An official has checked the reckoning against its proof."""
    with writing() as uow:
        checking.verify(uow, declaration_id)
    flash(_("Verified. It counts in the year it was declared for."), "success")
    return _to(declaration_id)


@blueprint.post("/benefits/<int:declaration_id>/return")
@requires(official)
def give_back(declaration_id: int) -> str | Response:
    """An official returns a declaration with a reason."""
    form = ReasonForm()
    if submitted(form, lambda uow: checking.give_back(uow, declaration_id, form.reason.data or "")) is None:
        return _show(declaration_id, Refused("return", form))
    flash(_("Returned. The unit reads your reason and can declare anew."), "success")
    return _to(declaration_id)


@blueprint.post("/benefits/<int:declaration_id>/withdrawal")
@requires(signed_in)
def withdraw(declaration_id: int) -> Response:
    """The unit takes back what waits."""
    with writing() as uow:
        service.withdraw(uow, declaration_id)
    flash(_("The declaration is withdrawn. You can declare anew."), "success")
    return _to(declaration_id)


@blueprint.get("/benefits/<int:declaration_id>/proof")
@requires(signed_in)
def proof(declaration_id: int) -> FlaskResponse:
    """The proof, as a download, for the unit and the officials."""
    with reading() as uow:
        one = queries.benefit_page(uow, declaration_id).declaration
    return download(one.proof_sha256, one.proof_type, one.proof_name)


def _show(declaration_id: int, refused: Refused | None = None) -> str:
    with reading() as uow:
        found = queries.benefit_page(uow, declaration_id)
    return render_template(
        "benefits/page.html",
        page=found,
        refused=refused.form if refused else None,
        reason_form=forms_for(ReasonForm, refused),
    )


def _to(declaration_id: int) -> Response:
    return redirect(url_for("benefits.page", declaration_id=declaration_id), code=303)
