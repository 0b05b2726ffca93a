"""Maps the error tree once: to a page, and under /api to RFC 9457 problem+json."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from marketplace.kernel.errors import DomainError, SignInRequired, TooManyAttempts
from marketplace.kernel.messages import N_
from marketplace.web.context import current_actor
from marketplace.web.locale import say, translate
from marketplace.web.redirects import page_before, page_path

log = logging.getLogger(__name__)

TITLES = {
    400: N_("This request cannot be understood"),
    401: N_("Please sign in"),
    403: N_("You may not do this"),
    404: N_("There is nothing here"),
    405: N_("This page cannot be called like that"),
    409: N_("This cannot be done now"),
    413: N_("This is too large"),
    422: N_("Something is not right yet"),
    429: N_("Too many attempts"),
    500: N_("Something went wrong on our side"),
}
NEXT_STEPS = {
    401: N_("Sign in, then go on where you were."),
    404: N_("The address may be mistyped, or the object is not open to you. Try the search."),
    409: N_("Nothing you typed was saved. Go back and reload to see the present state."),
    413: N_("Choose a smaller file. Nothing else was lost."),
    422: N_("Go back, mend it and send it again. What you typed is still in the form."),
    429: N_("Wait a moment and try again."),
    500: N_("Nothing was half-saved. Try again; if it stays like this, tell the union's office."),
}
ADDRESSED = N_(
    "The address of this page asks for something that there is not. Go back to the page and choose again there."
)
"""The next step where nothing was typed into a form: 422 for an address."""
SECRET_FIELDS = frozenset({"csrf_token", "password", "password_again", "current_password", "code"})


def init_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)


def _answer(
    status: int, message: str, extra: Mapping[str, object] | None = None, back: str = ""
) -> tuple[Response | str, int]:
    """A page, with a way `back` where there is one, or a problem with the `extra` members."""
    title = translate(TITLES.get(status, TITLES[400]))
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": title, "status": status, "detail": message, **(extra or {})}
        response = jsonify(body)
        response.content_type = "application/problem+json"
        return response, status
    next_step = _next_step(status)
    words = {"title": title, "message": message, "next_step": next_step}
    return render_template("errors/error.html", status=status, back=back, **words), status


def _next_step(status: int) -> str:
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and request.method == "GET":
        return translate(ADDRESSED)
    return translate(NEXT_STEPS[status]) if status in NEXT_STEPS else ""


def _domain_error(error: DomainError) -> Response | tuple[Response | str, int]:
    if isinstance(error, SignInRequired) and not request.path.startswith("/api/"):
        return _sign_in_first()
    fields = {name: translate(message, **error.params) for name, message in getattr(error, "fields", {}).items()}
    back = _without(fields) if request.method == "GET" else ""
    answer, status = _answer(error.status, say(error), {"fields": fields} if fields else None, back)
    response = Response(answer, status) if isinstance(answer, str) else answer
    response.status_code = status
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _without(fields: Mapping[str, str]) -> str:
    """The page whose address asked for what there is not, without that; empty where it asked for none of it."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in fields]
    if len(kept) == len(list(request.args.items(multi=True))):
        return ""
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def _sign_in_first() -> Response | tuple[Response | str, int]:
    """A visitor who only looked is sent to the sign-in page; one who posted a form keeps what he typed."""
    if request.method == "POST" and request.form:
        return _resume(401)
    target = request.full_path.rstrip("?")
    response = Response(status=303)
    response.headers["Location"] = url_for("accounts.sign_in", next=target)
    return response


def _resume(status: int) -> tuple[Response | str, int]:
    page = render_template(
        "errors/resume.html",
        fields=posted_fields(request.form),
        action=request.full_path.rstrip("?"),
        signed_in=current_actor().is_signed_in,
        sign_in_url=url_for("accounts.sign_in", next=page_before("/")),
    )
    return page, status


def posted_fields(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What was posted, without secrets, in order, repeated names kept."""
    return [(name, value) for name, value in form.items(multi=True) if name not in SECRET_FIELDS]


def _csrf_error(_error: CSRFError) -> tuple[Response | str, int]:
    if request.path.startswith("/api/"):
        return _answer(400, _("The CSRF token is missing or has expired."))
    return _resume(400)


def _too_large(_error: RequestEntityTooLarge) -> tuple[Response | str, int]:
    status, message = 413, _("What you sent is larger than the limit. Nothing was saved.")
    return _answer(status, message, back=page_path(page_before(request.path), ""))


def _http_error(error: HTTPException) -> tuple[Response | str, int]:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    return _answer(status, translate(TITLES.get(status, TITLES[400])))


def _unexpected(error: Exception) -> tuple[Response | str, int]:
    log.exception("unexpected error on %s %s", request.method, request.path, exc_info=error)
    return _answer(500, _("An unexpected error happened and was written to the log."))
