"""The inbox."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.notifications import queries, service
from marketplace.web.access import requires, signed_in
from marketplace.web.context import current_actor, reading, writing
from marketplace.web.paging import Paging, page_number
from marketplace.web.redirects import local_path

blueprint = Blueprint("notifications", __name__)

PAGE_SIZE = 50


@blueprint.get("/notifications")
@requires(signed_in)
def inbox() -> str:
    """What happened, unread first."""
    user_id = current_actor().user_id
    with reading() as uow:
        page = Paging(page_number(), PAGE_SIZE, queries.count(uow.session, user_id))
        rows = queries.inbox(uow.session, user_id, page.offset, page.size)
    return render_template("notifications/inbox.html", rows=rows, page=page)


@blueprint.post("/notifications/<int:notification_id>/open")
@requires(signed_in)
def open_one(notification_id: int) -> Response:
    """Go to where one acts; the line counts as read from now on."""
    with writing() as uow:
        url = service.mark_read(uow, notification_id).url
    return redirect(local_path(url, url_for("notifications.inbox")), code=303)


@blueprint.post("/notifications/read")
@requires(signed_in)
def read_all() -> Response:
    """Everything counts as read."""
    with writing() as uow:
        service.mark_all_read(uow)
    flash(_("All messages are marked as read."), "success")
    return redirect(url_for("notifications.inbox"), code=303)
