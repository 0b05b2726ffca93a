"""Muting by a signed link, from a mail or from one's own pages, without signing in.

Programs that look after mail follow every link in it: so looking mutes nothing, only the button does.
"""

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.alerts import queries, service
from marketplace.alerts.blueprint import blueprint
from marketplace.alerts.targets import Target, read, sign
from marketplace.web.access import public
from marketplace.web.context import reading, runtime, writing

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
"""What a mail program posts (RFC 8058 section 3.2)."""


@blueprint.get("/alerts/mute/<token>")
@public
def mute(token: str) -> str:
    """What will be muted, with the button; or that it is muted, with the button that undoes it."""
    target = _target(token)
    with reading() as uow:
        row, is_muted = queries.mutable(uow, target), service.is_muted(uow.session, target)
    return render_template("alerts/mute.html", row=row, is_muted=is_muted, token=token)


@blueprint.post("/alerts/mute/<token>")
@public
def mute_now(token: str) -> Response:
    """Mute it."""
    target = _target(token)
    with writing() as uow:
        service.mute(uow, target)
    return redirect(url_for("alerts.mute", token=token), code=303)


@blueprint.post("/alerts/mute/<token>/undo")
@public
def unmute(token: str) -> Response:
    """Undo it."""
    target = _target(token)
    with writing() as uow:
        service.unmute(uow, target)
    return redirect(url_for("alerts.mute", token=token), code=303)


@blueprint.get("/alerts/one-click/<token>")
@public
def one_click_page(token: str) -> Response:
    """Who follows the address of the header by hand is asked like everybody."""
    return redirect(url_for("alerts.mute", token=token), code=303)


@blueprint.post("/alerts/one-click/<token>")
@public
def one_click(token: str) -> tuple[str, int]:
    """A mail program's own button. It has no cookie and no form of ours, so it is exempt from their token."""
    target = _target(token)
    if any(request.form.get(name) != value for name, value in ONE_CLICK.items()):
        abort(400)
    with writing() as uow:
        service.mute(uow, target)
    return "", 204


def token_of(target: Target) -> str:
    """The signed text for a link or a button."""
    return sign(target, runtime().settings.secret_key)


def _target(token: str) -> Target:
    return read(token, runtime().settings.secret_key)
