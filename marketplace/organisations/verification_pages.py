"""Pages of the officials: which organisations wait, and one with its papers."""

from collections.abc import Callable, Mapping

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.organisations import papers, policy, queries, service
from marketplace.organisations.blueprint import blueprint
from marketplace.organisations.forms import RoleForm
from marketplace.organisations.models import Organisation
from marketplace.organisations.rules import ORGANISATION_STATES, Paper
from marketplace.web.access import official, requires
from marketplace.web.context import reading
from marketplace.web.locale import translate
from marketplace.web.reasons import ReasonForm
from marketplace.web.submission import submitted

STEPS: Mapping[str, Callable[[UnitOfWork, int, str], Organisation]] = {
    "verify": lambda uow, organisation_id, _reason: service.verify(uow, organisation_id),
    "return": service.return_with_reason,
    "revoke": service.revoke,
    "release": service.release,
}
DONE = {
    "verify": N_("Verified. It can sign from now on."),
    "return": N_("Returned. The organisation sees the reason."),
    "revoke": N_("The verification is revoked. The organisation can no longer sign."),
    "release": N_("The name is free again."),
}


@blueprint.get("/organisations/waiting")
@requires(official)
def waiting() -> str:
    """Organisations that wait to be verified, longest first."""
    with reading() as uow:
        rows = queries.waiting(uow)
    return render_template("organisations/waiting.html", rows=rows)


@blueprint.get("/organisations/<int:organisation_id>/verification")
@requires(official)
def verification(organisation_id: int) -> str:
    """One organisation with its papers, and what may be decided."""
    return _page(organisation_id, ReasonForm(None))


@blueprint.post("/organisations/<int:organisation_id>/verification/<action>")
@requires(official)
def decide(organisation_id: int, action: str) -> str | Response:
    """Verify, return, revoke or release, with a reason where the step asks for one."""
    if action not in STEPS:
        raise NotFound(N_("There is no such page."))
    form = ReasonForm()
    step = STEPS[action]
    if submitted(form, lambda uow: step(uow, organisation_id, form.reason.data or "")):
        flash(translate(DONE[action]), "success")
        return redirect(url_for("organisations.verification", organisation_id=organisation_id), code=303)
    return _page(organisation_id, form)


def _page(organisation_id: int, form: ReasonForm) -> str:
    with reading() as uow:
        organisation = policy.require_insider(uow, organisation_id)
        held = policy.relations(uow, organisation)
        context = {
            "members": queries.members_of(uow.session, organisation_id),
            "pictures": {p for p in Paper if papers.is_picture(uow, getattr(organisation, f"{p}_sha256"))},
        }
    return render_template(
        "organisations/verification.html",
        organisation=organisation,
        form=form,
        papers=list(Paper),
        actions={t.action for t in ORGANISATION_STATES.available(organisation.state, held)},
        days_allowed=ORGANISATION_STATES.days_allowed(organisation.state),
        role_form=RoleForm(None),
        **context,
    )
