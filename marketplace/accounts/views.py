"""Pages on the way in and out: register, sign in, confirm a contact, consent, sign out."""

from flask import flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from marketplace.accounts import account_pages, password_pages, service
from marketplace.accounts.blueprint import blueprint
from marketplace.accounts.codes import WRONG
from marketplace.accounts.forms import CodeForm, ConsentForm, RegisterForm, SignInForm
from marketplace.accounts.rules import CODE_MINUTES
from marketplace.accounts.service import OpenedSignIn
from marketplace.accounts.sign_ins import open_sign_in, revoke
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput, TooManyAttempts
from marketplace.web.access import public, requires, signed_in
from marketplace.web.context import current_actor, reading, runtime, writing
from marketplace.web.locale import say
from marketplace.web.login import begin_session, end_session
from marketplace.web.redirects import local_path
from marketplace.web.submission import submitted

__all__ = ["account_pages", "blueprint", "password_pages"]


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> str | Response:
    """Sign in by e-mail or mobile number, then go on where one was."""
    form = SignInForm(next=request.args.get("next", ""))
    target = local_path(form.next.data, url_for("home.index"))
    if request.method == "GET" and current_actor().is_signed_in:
        return redirect(target, code=303)
    try:
        opened = submitted(form, lambda uow: service.sign_in(uow, form.contact.data, form.password.data, *_device()))
    except TooManyAttempts as error:
        return _asked_to_wait(form, error)
    if opened is not None:
        _begin(opened)
        if opened.must_consent:
            return redirect(url_for("accounts.consent", next=target), code=303)
        return redirect(target, code=303)
    if form.is_submitted() and not form.errors:
        form.form_errors.append(_("E-mail, mobile number or password is not right."))
    return render_template("accounts/sign_in.html", form=form)


def _asked_to_wait(form: SignInForm, error: TooManyAttempts) -> Response:
    """The form as it was typed, but for the password, with the time after which it may be sent again."""
    form.form_errors.append(say(error))
    response = make_response(render_template("accounts/sign_in.html", form=form), error.status)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """End the sign-in of this device."""
    if current_user.is_authenticated:
        with writing() as uow:
            revoke(uow, service.me(uow).id, token=current_user.get_id())
    end_session()
    flash(_("You are signed out."), "success")
    return redirect(url_for("home.index"), code=303)


@blueprint.route("/register", methods=["GET", "POST"])
@public
def register() -> str | Response:
    """Open an account, be signed in, and go on to the code."""
    form = RegisterForm(next=request.args.get("next", ""))
    if request.method == "GET" and current_actor().is_signed_in:
        return redirect(url_for("accounts.profile"), code=303)

    def use_case(uow: UnitOfWork) -> OpenedSignIn:
        ip, user_agent = _device()
        user = service.register(uow, form.read(str(get_locale())), ip)
        return OpenedSignIn(open_sign_in(uow, user, ip, user_agent), user.id, user.locale, must_consent=False)

    opened = submitted(form, use_case)
    if opened is None:
        sms_available = runtime().factory.services.sms is not None
        form.email.flags.required = not sms_available
        return render_template("accounts/register.html", form=form, sms_available=sms_available)
    _begin(opened)
    return redirect(url_for("accounts.verify", next=local_path(form.next.data, "")), code=303)


@blueprint.route("/me/verify", methods=["GET", "POST"])
@requires(signed_in)
def verify() -> str | Response:
    """Enter the code that proves a contact."""
    form = CodeForm(next=request.args.get("next", ""))
    later = local_path(form.next.data, url_for("home.index"))
    contact = submitted(form, lambda uow: service.verify_contact(uow, form.code.data))
    if contact is not None:
        flash(_("Thank you: %(contact)s is confirmed.", contact=contact), "success")
        return redirect(local_path(form.next.data, url_for("accounts.profile")), code=303)
    if form.is_submitted() and not form.errors:
        form.refuse(InvalidInput(WRONG, field="code"))
    with reading() as uow:
        waiting = service.waiting_contact(uow)
    return render_template("accounts/verify.html", form=form, contact=waiting, minutes=CODE_MINUTES, later=later)


@blueprint.post("/me/verify/resend")
@requires(signed_in)
def resend() -> Response:
    """Send a new code."""
    with writing() as uow:
        service.resend_code(uow)
    flash(_("A new code is on its way. The one before no longer works."), "success")
    return redirect(url_for("accounts.verify", next=local_path(request.form.get("next"), "")), code=303)


@blueprint.route("/me/consent", methods=["GET", "POST"])
@requires(signed_in)
def consent() -> str | Response:
    """Consent to the privacy text once more when it has changed."""
    form = ConsentForm(next=request.args.get("next", ""))
    if submitted(form, service.consent_again):
        return redirect(local_path(form.next.data, url_for("home.index")), code=303)
    return render_template("accounts/consent.html", form=form, version=runtime().settings.privacy_version)


def _begin(opened: OpenedSignIn) -> None:
    """Put the sign-in into the cookie, in the language the person chose."""
    begin_session(opened.token)
    if opened.locale:
        session["locale"] = opened.locale


def _device() -> tuple[str, str]:
    return request.remote_addr or "", str(request.user_agent)
