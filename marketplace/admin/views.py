"""Pages of the administrator."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from marketplace.admin import queries, service
from marketplace.admin.forms import AppointForm
from marketplace.identity.authenticators import confirmed
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.permissions import Office
from marketplace.organisations.queries import memberships_of
from marketplace.web.access import administrator, requires
from marketplace.web.context import reading, runtime
from marketplace.web.paging import Paging, page_number
from marketplace.web.reasons import ReasonForm
from marketplace.web.submission import submitted
from marketplace.web.working import is_elsewhere

blueprint = Blueprint("admin", __name__)
PAGE_SIZE = 50


@blueprint.get("/admin")
@requires(administrator)
def index() -> str:
    """How the platform is, at a glance."""
    with reading() as uow:
        outbox = queries.outbox_state(uow.session, uow.now())
        indexes = queries.indexes(uow)
    leads_to = runtime().settings.public_url
    elsewhere = leads_to if is_elsewhere(leads_to, request.host) else ""
    return render_template("admin/index.html", outbox=outbox, indexes=indexes, elsewhere=elsewhere)


@blueprint.get("/admin/users")
@requires(administrator)
def users() -> str:
    """People, found by name or contact."""
    text = request.args.get("q", "")[:200]
    which = queries.matching(text)
    with reading() as uow:
        page = Paging(page_number(), PAGE_SIZE, queries.count(uow.session, which))
        rows = queries.people(uow.session, which, page.offset, page.size)
    return render_template("admin/users.html", rows=rows, page=page, q=text)


@blueprint.get("/admin/users/<int:user_id>")
@requires(administrator)
def user(user_id: int) -> str:
    """One person: account, offices, memberships, and what administrators did."""
    return _user_page(user_id, ReasonForm(None), AppointForm(None))


@blueprint.post("/admin/users/<int:user_id>/disable")
@requires(administrator)
def disable(user_id: int) -> str | Response:
    """Disable an account."""
    return _change(user_id, lambda uow, reason: service.disable(uow, user_id, reason), _("The account is disabled."))


@blueprint.post("/admin/users/<int:user_id>/enable")
@requires(administrator)
def enable(user_id: int) -> str | Response:
    """Enable an account."""
    return _change(user_id, lambda uow, reason: service.enable(uow, user_id, reason), _("The account is enabled."))


@blueprint.post("/admin/users/<int:user_id>/authenticator")
@requires(administrator)
def take_authenticator(user_id: int) -> str | Response:
    """Remove the authenticator app of somebody who has lost his phone."""
    return _change(
        user_id,
        lambda uow, reason: service.take_authenticator(uow, user_id, reason),
        _("The authenticator app is removed, and the person is told."),
    )


@blueprint.post("/admin/users/<int:user_id>/offices/<int:holding_id>/dismiss")
@requires(administrator)
def dismiss(user_id: int, holding_id: int) -> str | Response:
    """End an office."""
    return _change(user_id, lambda uow, reason: service.dismiss(uow, holding_id, reason), _("The office has ended."))


@blueprint.post("/admin/users/<int:user_id>/appoint")
@requires(administrator)
def appoint(user_id: int) -> str | Response:
    """Appoint to an office."""
    form = AppointForm()
    done = submitted(
        form,
        lambda uow: service.appoint(
            uow, user_id, Office(form.office.data), form.county.data or None, form.reason.data or ""
        ),
    )
    if done:
        flash(_("Appointed."), "success")
        return redirect(url_for("admin.user", user_id=user_id), code=303)
    return _user_page(user_id, ReasonForm(None), form)


@blueprint.get("/admin/outbox")
@requires(administrator)
def outbox() -> str:
    """Tasks the worker has given up on, with their error."""
    return _outbox_page(ReasonForm(None))


@blueprint.post("/admin/outbox/retry")
@requires(administrator)
def retry() -> str | Response:
    """Try one parked task, or all of them, again."""
    form = ReasonForm()
    row_id = request.form.get("row_id", type=int)
    moved = submitted(form, lambda uow: service.retry(uow, row_id, form.reason.data or ""))
    if moved is None:
        return _outbox_page(form)
    flash(ngettext("%(num)s task is tried again.", "%(num)s tasks are tried again.", moved), "success")
    return redirect(url_for("admin.outbox"), code=303)


@blueprint.get("/admin/settings")
@requires(administrator)
def settings() -> str:
    """The settings in force."""
    return render_template("admin/settings.html", rows=queries.settings_in_force(runtime().settings))


def _change(user_id: int, use_case: Callable[[UnitOfWork, str], object], done: str) -> str | Response:
    form = ReasonForm()
    if submitted(form, lambda uow: use_case(uow, form.reason.data or "")):
        flash(done, "success")
        return redirect(url_for("admin.user", user_id=user_id), code=303)
    return _user_page(user_id, form, AppointForm(None))


def _user_page(user_id: int, form: ReasonForm, appoint_form: AppointForm) -> str:
    with reading() as uow:
        context = {
            "user": queries.person(uow.session, user_id),
            "authenticator": confirmed(uow.session, user_id),
            "offices": queries.offices_of(uow.session, user_id),
            "memberships": memberships_of(uow.session, user_id),
            "history": queries.interventions(uow.session, f"user:{user_id}"),
        }
    return render_template("admin/user.html", form=form, appoint_form=appoint_form, **context)


def _outbox_page(form: ReasonForm) -> str:
    with reading() as uow:
        rows = queries.parked(uow.session)
        state = queries.outbox_state(uow.session, uow.now())
    return render_template("admin/outbox.html", rows=rows, state=state, form=form)
