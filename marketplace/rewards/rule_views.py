"""Pages on which a unit files its rules about rewards; every member may read them."""

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.rewards import unit_rules
from marketplace.rewards.blueprint import blueprint
from marketplace.rewards.forms import RuleForm
from marketplace.rewards.unit_rules import RulesPage
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.sending import download
from marketplace.web.submission import submitted


@blueprint.route("/organisations/<int:organisation_id>/reward-rules", methods=["GET", "POST"])
@requires(signed_in)
def rules(organisation_id: int) -> str | Response:
    """The rules of a unit, and the form to file one."""
    page = _page(organisation_id)
    form = RuleForm()
    form.result.choices = [("", _("Choose")), *((str(result_id), title) for result_id, title in page.results)]
    if submitted(form, lambda uow: unit_rules.file_rule(uow, organisation_id, form.read())) is not None:
        flash(_("The rule is filed. It counts for contracts that come into force from now on."), "success")
        return _to(organisation_id)
    return render_template("rewards/rules.html", page=page, form=form)


@blueprint.post("/reward-rules/<int:rule_id>/end")
@requires(signed_in)
def end_rule(rule_id: int) -> Response:
    """Let a rule end today."""
    with writing() as uow:
        organisation_id = unit_rules.end_rule(uow, rule_id).organisation_id
    flash(_("The rule ends today."), "success")
    return _to(organisation_id)


@blueprint.get("/reward-rules/<int:rule_id>/paper")
@requires(signed_in)
def rule_paper(rule_id: int) -> FlaskResponse:
    """The paper a rule stands on, for the members of the unit and officials."""
    with reading() as uow:
        rule = unit_rules.readable(uow, rule_id)
    return download(rule.file_sha256, rule.file_type, rule.file_name)


def _page(organisation_id: int) -> RulesPage:
    with reading() as uow:
        page = unit_rules.rules_page(uow, organisation_id)
    if page is None:
        raise NotFound(N_("There is no such page."))
    return page


def _to(organisation_id: int) -> Response:
    return redirect(url_for("rewards.rules", organisation_id=organisation_id), code=303)
