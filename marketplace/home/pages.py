"""Pages that stand still: terms, privacy, accessibility; and the switch of language."""

from flask import abort, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from marketplace.accounts.service import keep_locale
from marketplace.home.blueprint import blueprint
from marketplace.web.access import public
from marketplace.web.context import current_actor, writing
from marketplace.web.locale import LOCALES
from marketplace.web.redirects import page_path


@blueprint.get("/terms")
@public
def terms() -> str:
    """What one agrees to by using the service."""
    return render_template("home/terms.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """What is kept about people, why and for how long (个人信息保护法 art. 17)."""
    return render_template("home/privacy.html")


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """How the service may be used by everybody, and what does not work yet."""
    return render_template("home/accessibility.html")


@blueprint.post("/locale")
@public
def set_locale() -> Response:
    """Change the language, for good when signed in, and return to the page."""
    chosen = request.form.get("locale", "")
    if chosen not in LOCALES:
        abort(400)
    session["locale"] = chosen
    if current_actor().is_signed_in:
        with writing() as uow:
            keep_locale(uow, chosen)
    return redirect(page_path(request.form.get("next"), url_for("home.index")), code=303)
