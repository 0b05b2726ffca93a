"""Pages of one's own identity: give the number, see it, withdraw the consent."""

from flask import flash, make_response, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts.queries import names_of_users
from marketplace.accounts.service import me
from marketplace.identity import authenticator_views, authority_views, official_views, queries, service
from marketplace.identity.blueprint import blueprint
from marketplace.identity.consent import text_of
from marketplace.identity.forms import ConsentForm, DeclareForm, PasswordForm
from marketplace.kernel.clock import china_day
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.submission import submitted

__all__ = ["authenticator_views", "authority_views", "blueprint", "official_views"]

ANEW = "anew-"


@blueprint.route("/me/identity", methods=["GET", "POST"])
@requires(signed_in)
def mine() -> str | Response:
    """What became of one's number, and the form to give it."""
    form = DeclareForm()
    if submitted(form, lambda uow: service.declare(uow, form.number.data, form.agreed_version)):
        flash(
            _("Your number is kept encrypted. An official of your county or of the city compares it with your card."),
            "success",
        )
        return _back()
    return _page(form, PasswordForm(None))


@blueprint.post("/me/identity/number")
@requires(signed_in)
def number() -> str | Response:
    """One's own number in full, after the password; no copy of the page is kept."""
    form = PasswordForm()
    found = submitted(form, lambda uow: service.own_number(uow, form.current_password.data))
    response = make_response(_page(DeclareForm(None), form, found))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/me/identity/withdraw")
@requires(signed_in)
def withdraw() -> Response:
    """Take the consent back."""
    with writing() as uow:
        service.withdraw(uow)
    flash(_("Your consent is withdrawn and the number deleted. What you have signed stays valid."), "success")
    return _back()


@blueprint.post("/me/identity/consent")
@requires(signed_in)
def consent() -> str | Response:
    """Consent to the present text, for the number that is kept."""
    form = ConsentForm(prefix=ANEW)
    if submitted(form, lambda uow: service.consent_anew(uow, form.agreed_version)) is None:
        return _page(DeclareForm(None), PasswordForm(None), anew=form)
    flash(_("You have consented to the present text."), "success")
    return _back()


def _page(
    form: DeclareForm, password_form: PasswordForm, shown: str | None = None, anew: ConsentForm | None = None
) -> str:
    anew = anew or ConsentForm(None, prefix=ANEW)
    with reading() as uow:
        user = me(uow)
        text = text_of(china_day(uow.now()), str(get_locale()))
        identity = queries.live_identity(uow.session, user.id)
        verified_by = names_of_users(uow.session, [identity.verified_by_id if identity else None])
        is_old = identity is not None and text.version not in queries.consented_versions(uow.session, user.id)
    form.version.data = anew.version.data = text.version
    return render_template(
        "identity/mine.html",
        form=form,
        password_form=password_form,
        identity=identity,
        user=user,
        text=text,
        shown=shown,
        anew=anew if is_old else None,
        verified_by=verified_by.get(identity.verified_by_id, "") if identity else "",
    )


def _back() -> Response:
    return redirect(url_for("identity.mine"), code=303)
