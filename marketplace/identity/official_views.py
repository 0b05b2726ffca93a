"""Pages of officials: an identity to be compared with the card."""

from collections.abc import Callable, Mapping

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.identity import service
from marketplace.identity.blueprint import blueprint
from marketplace.identity.forms import CompareForm
from marketplace.identity.models import Identity
from marketplace.identity.policy import require_identity
from marketplace.identity.rules import IDENTITY_STATES, Means
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.organisations.queries import memberships_of
from marketplace.web.access import official, requires
from marketplace.web.context import reading
from marketplace.web.locale import translate
from marketplace.web.reasons import ReasonForm
from marketplace.web.submission import submitted

STEPS: Mapping[str, Callable[[UnitOfWork, int, str], Identity]] = {
    "return": service.return_with_reason,
    "revoke": service.revoke,
}
DONE = {
    "return": N_("Returned. The person sees the reason, and the number is deleted."),
    "revoke": N_("The verification is revoked. The person can no longer sign electronically."),
}


@blueprint.get("/identities/<int:identity_id>")
@requires(official)
def verification(identity_id: int) -> str:
    """Who gave a number, and what may be decided; the number itself is not shown."""
    return _page(identity_id, CompareForm(None), ReasonForm(None))


@blueprint.post("/identities/<int:identity_id>/verify")
@requires(official)
def verify(identity_id: int) -> str | Response:
    """Compare the number that was read with the one that was given."""
    form = CompareForm()
    if submitted(form, lambda uow: service.verify(uow, identity_id, form.number.data, Means(form.means.data))):
        flash(_("Both numbers are the same. The identity is verified."), "success")
        return redirect(url_for("identity.verification", identity_id=identity_id), code=303)
    return _page(identity_id, form, ReasonForm(None))


@blueprint.post("/identities/<int:identity_id>/<action>")
@requires(official)
def decide(identity_id: int, action: str) -> str | Response:
    """Return it, or revoke a verification, with a reason."""
    if action not in STEPS:
        raise NotFound(N_("There is no such page."))
    form = ReasonForm()
    if submitted(form, lambda uow: STEPS[action](uow, identity_id, form.reason.data or "")):
        flash(translate(DONE[action]), "success")
        return redirect(url_for("identity.verification", identity_id=identity_id), code=303)
    return _page(identity_id, CompareForm(None), form)


def _page(identity_id: int, form: CompareForm, reason_form: ReasonForm) -> str:
    with reading() as uow:
        identity, user, held = require_identity(uow, identity_id)
        units = memberships_of(uow.session, user.id)
    actions = {one.action: one for one in IDENTITY_STATES.available(identity.state, held)}
    return render_template(
        "identity/verification.html",
        identity=identity,
        user=user,
        units=units,
        form=form,
        reason_form=reason_form,
        actions=actions,
        days_allowed=IDENTITY_STATES.days_allowed(identity.state),
    )
