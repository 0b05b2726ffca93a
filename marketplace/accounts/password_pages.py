"""Pages of the password: change it, or set a new one by a code when it is lost."""

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import password_service
from marketplace.accounts.blueprint import blueprint
from marketplace.accounts.codes import WRONG
from marketplace.accounts.forms import ForgottenForm, PasswordForm, ResetForm
from marketplace.accounts.rules import CODE_MINUTES
from marketplace.kernel.errors import InvalidInput
from marketplace.web.access import public, requires, signed_in
from marketplace.web.submission import submitted

CONTACT = "contact_to_reset"
"""Key of the session: a contact does not belong into an address, which logs keep."""


@blueprint.route("/me/password", methods=["GET", "POST"])
@requires(signed_in)
def change_password() -> str | Response:
    """Set a new password; the other devices are signed out."""
    form = PasswordForm()
    changed = submitted(
        form,
        lambda uow: password_service.change_password(
            uow, form.current_password.data, form.password.data, current_user.get_id()
        ),
    )
    if changed:
        flash(_("Your password is changed. All other devices are signed out."), "success")
        return redirect(url_for("accounts.profile"), code=303)
    return render_template("accounts/change_password.html", form=form)


@blueprint.route("/password/forgotten", methods=["GET", "POST"])
@public
def forgotten_password() -> str | Response:
    """Ask for a code; the page says the same whether the contact is somebody's or not."""
    form = ForgottenForm()
    contact = submitted(form, lambda uow: password_service.ask_for_reset(uow, form.contact.data, _address()))
    if contact:
        session[CONTACT] = contact
        return redirect(url_for("accounts.new_password"), code=303)
    return render_template("accounts/forgotten_password.html", form=form)


@blueprint.route("/password/new", methods=["GET", "POST"])
@public
def new_password() -> str | Response:
    """Set a new password by the code."""
    contact = session.get(CONTACT)
    if not contact:
        return redirect(url_for("accounts.forgotten_password"), code=303)
    form = ResetForm()
    done = submitted(
        form,
        lambda uow: password_service.reset_password(uow, contact, form.code.data, form.password.data, _address()),
    )
    if done:
        session.pop(CONTACT)
        flash(_("Your new password is set. Please sign in with it."), "success")
        return redirect(url_for("accounts.sign_in"), code=303)
    if done is False:
        form.refuse(InvalidInput(WRONG, field="code"))
    return render_template("accounts/new_password.html", form=form, contact=contact, minutes=CODE_MINUTES)


def _address() -> str:
    return request.remote_addr or ""
