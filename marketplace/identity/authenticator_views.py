"""Pages of one's own authenticator app: set it up, confirm it by a code, remove it."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts.rules import CODE_MINUTES
from marketplace.accounts.service import me
from marketplace.accounts.signing_codes import contact_for_code
from marketplace.identity import authenticators
from marketplace.identity.authenticator_rules import address_of, drawn, grouped
from marketplace.identity.blueprint import blueprint
from marketplace.identity.forms import AppCodeForm, PasswordForm, RemovalForm
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.submission import submitted


@blueprint.route("/me/authenticator", methods=["GET", "POST"])
@requires(signed_in)
def authenticator() -> str | Response:
    """Where it stands; the password begins a set-up."""
    form = PasswordForm()
    if submitted(form, lambda uow: authenticators.begin(uow, form.current_password.data)):
        return _back()
    return _page(begin=form)


@blueprint.post("/me/authenticator/confirm")
@requires(signed_in)
def confirm_authenticator() -> str | Response:
    """The first code of the app."""
    form = AppCodeForm()
    if submitted(form, lambda uow: authenticators.confirm(uow, form.code.data)):
        flash(_("Your authenticator app is set up. From now on its codes confirm your signatures."), "success")
        return _back()
    return _page(confirm=form)


@blueprint.post("/me/authenticator/removal-code")
@requires(signed_in)
def send_removal_code() -> Response:
    """Have a code sent, where the phone is lost."""
    with writing() as uow:
        authenticators.send_removal_code(uow)
    return redirect(url_for(".authenticator", sent=1, _anchor="remove"), code=303)


@blueprint.post("/me/authenticator/remove")
@requires(signed_in)
def remove_authenticator() -> str | Response:
    """Take it off the account."""
    form = RemovalForm()
    if submitted(form, lambda uow: authenticators.remove(uow, form.current_password.data, form.chosen, form.code.data)):
        flash(_("The authenticator app is removed. A code that is sent to you confirms your signatures."), "success")
        return _back()
    return _page(remove=form)


def _page(
    begin: PasswordForm | None = None, confirm: AppCodeForm | None = None, remove: RemovalForm | None = None
) -> str:
    was_sent = "sent" in request.args
    with reading() as uow:
        user = me(uow)
        row = authenticators.confirmed(uow.session, user.id)
        secret = authenticators.secret_to_show(uow)
        contact = contact_for_code(uow)
        address = address_of(secret, user.email or user.mobile or "") if secret else ""
    return render_template(
        "identity/authenticator.html",
        row=row,
        secret=grouped(secret or ""),
        address=address,
        drawn=drawn(address) if secret else "",
        contact=contact,
        was_sent=was_sent,
        minutes=CODE_MINUTES,
        begin=begin or PasswordForm(None),
        confirm=confirm or AppCodeForm(None),
        remove=remove or RemovalForm.beginning(was_sent),
    )


def _back() -> Response:
    return redirect(url_for(".authenticator"), code=303)
