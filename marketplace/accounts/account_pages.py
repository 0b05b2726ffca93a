"""Pages of one's own account: profile, contacts, the devices that are signed in."""

from flask import flash, redirect, render_template, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import queries, service
from marketplace.accounts.blueprint import blueprint
from marketplace.accounts.forms import EmailForm, MobileForm, ProfileForm
from marketplace.accounts.sign_ins import hash_token, revoke
from marketplace.web.access import requires, signed_in
from marketplace.web.context import current_actor, reading, runtime, writing
from marketplace.web.submission import submitted


@blueprint.route("/me", methods=["GET", "POST"])
@requires(signed_in)
def profile() -> str | Response:
    """Name, county, language, recommendation; and the way to everything else about the account."""
    with reading() as uow:
        user = service.me(uow)
        agreed = queries.agreed_version(uow.session, user.id)
    form = ProfileForm(obj=user)
    if not current_actor().is_official:
        del form.weekly_digest
    saved = submitted(
        form,
        lambda uow: service.change_profile(
            uow,
            form.name.data,
            form.county.data,
            form.locale.data,
            form.recommendations.data,
            form.weekly_digest.data if form.weekly_digest else None,
        ),
    )
    if saved:
        session["locale"] = form.locale.data
        flash(_("Your account is changed."), "success")
        return redirect(url_for("accounts.profile"), code=303)
    return render_template("accounts/profile.html", form=form, user=user, agreed=agreed)


@blueprint.route("/me/contacts", methods=["GET"])
@requires(signed_in)
def contacts() -> str:
    """E-mail and mobile number, and whether they are confirmed."""
    return _contacts(EmailForm(prefix="email"), MobileForm(prefix="mobile"))


@blueprint.post("/me/contacts/email")
@requires(signed_in)
def change_email() -> str | Response:
    """Send a code to a new e-mail address."""
    form = EmailForm(prefix="email")
    if submitted(form, lambda uow: service.propose_email(uow, form.email.data, form.current_password.data)):
        return redirect(url_for("accounts.verify", next=url_for("accounts.contacts")), code=303)
    return _contacts(form, MobileForm(None, prefix="mobile"))


@blueprint.post("/me/contacts/mobile")
@requires(signed_in)
def change_mobile() -> str | Response:
    """Set or remove the mobile number."""
    form = MobileForm(prefix="mobile")
    if submitted(form, lambda uow: service.set_mobile(uow, form.mobile.data, form.current_password.data)):
        flash(_("Your mobile number is changed."), "success")
        return redirect(url_for("accounts.contacts"), code=303)
    return _contacts(EmailForm(None, prefix="email"), form)


@blueprint.get("/me/sign-ins")
@requires(signed_in)
def sign_ins() -> str:
    """The devices that are signed in."""
    with reading() as uow:
        rows = queries.open_sign_ins(uow, service.me(uow).id, hash_token(current_user.get_id()))
    return render_template("accounts/sign_ins.html", rows=rows)


@blueprint.post("/me/sign-ins/<int:sign_in_id>/end")
@requires(signed_in)
def end_sign_in(sign_in_id: int) -> Response:
    """Sign one device out."""
    with writing() as uow:
        revoke(uow, service.me(uow).id, sign_in_id=sign_in_id)
    flash(_("That device is signed out."), "success")
    return redirect(url_for("accounts.sign_ins"), code=303)


@blueprint.post("/me/sign-ins/end-others")
@requires(signed_in)
def end_other_sign_ins() -> Response:
    """Sign every other device out."""
    with writing() as uow:
        revoke(uow, service.me(uow).id, all_but=current_user.get_id())
    flash(_("All other devices are signed out."), "success")
    return redirect(url_for("accounts.sign_ins"), code=303)


def _contacts(email_form: EmailForm, mobile_form: MobileForm) -> str:
    with reading() as uow:
        user = service.me(uow)
    return render_template(
        "accounts/contacts.html",
        email_form=email_form,
        mobile_form=mobile_form,
        user=user,
        sms_available=runtime().factory.services.sms is not None,
    )
