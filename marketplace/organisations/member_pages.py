"""Pages of membership: one's own organisations, joining, and what administrators decide about members."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts.service import me
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.organisations import members, queries
from marketplace.organisations.blueprint import blueprint
from marketplace.organisations.forms import RoleForm
from marketplace.organisations.models import Membership
from marketplace.organisations.rules import MembershipRole
from marketplace.web.access import requires, signed_in
from marketplace.web.context import current_actor, reading, writing


@blueprint.get("/me/organisations")
@requires(signed_in)
def mine() -> str:
    """The organisations one belongs to, asked to join, or is registering."""
    with reading() as uow:
        rows = queries.memberships_of(uow.session, me(uow).id)
    return render_template("organisations/mine.html", rows=rows)


@blueprint.post("/organisations/<int:organisation_id>/join")
@requires(signed_in)
def join(organisation_id: int) -> Response:
    """Ask to be admitted."""
    with writing() as uow:
        members.request(uow, organisation_id)
    flash(_("You have asked to be admitted. The organisation's administrator decides."), "success")
    return redirect(url_for("organisations.page", organisation_id=organisation_id), code=303)


@blueprint.post("/memberships/<int:membership_id>/admit")
@requires(signed_in)
def admit(membership_id: int) -> Response:
    """Admit a person in a role."""
    with writing() as uow:
        row = members.admit(uow, membership_id, _role())
    flash(_("Admitted."), "success")
    return _back(row)


@blueprint.post("/memberships/<int:membership_id>/refuse")
@requires(signed_in)
def refuse(membership_id: int) -> Response:
    """Refuse a request."""
    with writing() as uow:
        row = members.refuse(uow, membership_id)
    flash(_("Refused."), "success")
    return _back(row)


@blueprint.post("/memberships/<int:membership_id>/role")
@requires(signed_in)
def set_role(membership_id: int) -> Response:
    """Give a member another role."""
    with writing() as uow:
        row = members.set_role(uow, membership_id, _role())
    flash(_("The role is changed."), "success")
    return _back(row)


@blueprint.post("/memberships/<int:membership_id>/end")
@requires(signed_in)
def end(membership_id: int) -> Response:
    """Leave, or end somebody's membership."""
    with writing() as uow:
        row = members.end(uow, membership_id)
    flash(_("The membership has ended."), "success")
    return _back(row)


def _role() -> MembershipRole:
    form = RoleForm()
    if not form.validate_on_submit():
        raise InvalidInput(N_("Choose a role."), field="role")
    return form.read()


def _back(row: Membership) -> Response:
    """To where one came from: one's own list for one's own membership, else the members."""
    actor = current_actor()
    if row.user_id == actor.user_id:
        return redirect(url_for("organisations.mine"), code=303)
    if row.organisation_id in actor.administered_ids:
        return redirect(url_for("organisations.manage", organisation_id=row.organisation_id), code=303)
    return redirect(url_for("organisations.verification", organisation_id=row.organisation_id), code=303)
