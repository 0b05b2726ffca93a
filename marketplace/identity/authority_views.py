"""Pages of authorities: who signs for an organisation, by what paper, and what officials have found."""

from collections.abc import Callable, Mapping

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.identity import authorities, queries
from marketplace.identity.blueprint import blueprint
from marketplace.identity.forms import AuthorityForm
from marketplace.identity.models import Authority
from marketplace.identity.policy import require_authority
from marketplace.identity.rules import AUTHORITY_STATES
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.organisations.policy import relations, require_insider
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading
from marketplace.web.locale import translate
from marketplace.web.reasons import ReasonForm
from marketplace.web.sending import download
from marketplace.web.submission import submitted

STEPS: Mapping[str, Callable[[UnitOfWork, int, str], Authority]] = {
    "verify": lambda uow, authority_id, _reason: authorities.verify(uow, authority_id),
    "refuse": authorities.refuse,
    "revoke": authorities.revoke,
}
DONE = {
    "verify": N_("Verified. Within its period and limits the agent can sign for the unit."),
    "refuse": N_("Refused. The unit reads your reason and can record another one."),
    "revoke": N_("Revoked. Nothing more can be signed by it."),
}


@blueprint.route("/organisations/<int:organisation_id>/authorities", methods=["GET", "POST"])
@requires(signed_in)
def of_unit(organisation_id: int) -> str | Response:
    """Who signs for an organisation, and the form to record another one."""
    form = AuthorityForm()
    with reading() as uow:
        organisation = require_insider(uow, organisation_id)
        may_record = Relation.OWNER in relations(uow, organisation)
        rows = queries.authority_rows(uow.session, Authority.organisation_id == organisation.id)
        agents = queries.agents_of(uow.session, organisation.id)
        deals = queries.deals_of(uow.session, organisation.id)
    form.user.choices = [("", "—"), *((str(user_id), name) for user_id, name in agents)]
    form.deal.choices = [("", _("All contracts")), *((str(deal_id), title) for deal_id, title in deals)]
    recorded = submitted(form, lambda uow: authorities.record(uow, organisation_id, form.read()))
    if recorded is not None:
        flash(_("Recorded. It counts once an official of the county has verified it."), "success")
        return redirect(url_for("identity.of_unit", organisation_id=organisation_id), code=303)
    return render_template(
        "identity/of_unit.html",
        organisation=organisation,
        rows=rows,
        deals=dict(deals),
        form=form,
        may_record=may_record,
    )


@blueprint.get("/authorities/<int:authority_id>")
@requires(signed_in)
def authority(authority_id: int) -> str:
    """One authority with its paper, and what may be decided."""
    return _page(authority_id, ReasonForm(None))


@blueprint.post("/authorities/<int:authority_id>/<action>")
@requires(signed_in)
def decide_authority(authority_id: int, action: str) -> str | Response:
    """Verify, refuse or revoke, with a reason where the step asks for one."""
    if action not in STEPS:
        raise NotFound(N_("There is no such page."))
    form, step = ReasonForm(), STEPS[action]
    if submitted(form, lambda uow: step(uow, authority_id, form.reason.data or "")):
        flash(translate(DONE[action]), "success")
        return redirect(url_for("identity.authority", authority_id=authority_id), code=303)
    return _page(authority_id, form)


@blueprint.get("/authorities/<int:authority_id>/scan")
@requires(signed_in)
def authority_scan(authority_id: int) -> Response:
    """The paper, for the agent, the organisation's people and officials."""
    with reading() as uow:
        found, _held = require_authority(uow, authority_id)
    if found.sha256 is None:
        raise NotFound(N_("There is no such file."))
    return download(found.sha256, found.media_type or None, found.file_name or None)


def _page(authority_id: int, form: ReasonForm) -> str:
    with reading() as uow:
        _found, held = require_authority(uow, authority_id)
        (row,) = queries.authority_rows(uow.session, Authority.id == authority_id)
        deals = dict(queries.deals_of(uow.session, row.authority.organisation_id))
    actions = {one.action: one for one in AUTHORITY_STATES.available(row.state, held)}
    return render_template("identity/authority.html", row=row, deals=deals, actions=actions, form=form)
