"""The page that says what one is told and how often, and the page of one message."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.accounts.service import me
from marketplace.alerts import queries, search_views, service
from marketplace.alerts.blueprint import blueprint
from marketplace.alerts.forms import PreferenceForm
from marketplace.alerts.mute_views import one_click, token_of
from marketplace.alerts.rules import DIGEST_HOUR, SEARCHES, Frequency, Scope
from marketplace.alerts.targets import Target
from marketplace.web.access import requires, signed_in
from marketplace.web.context import current_actor, reading
from marketplace.web.submission import submitted

__all__ = ["blueprint", "one_click"]


@blueprint.route("/alerts", methods=["GET", "POST"])
@requires(signed_in)
def overview() -> str | Response:
    """How often, recommendation on or off, saved searches, and what is muted."""
    user_id = current_actor().user_id or 0
    with reading() as uow:
        user, preference = me(uow), queries.preference_of(uow.session, user_id)
        searches, muted = queries.saved_searches(uow.session, user_id), queries.muted(uow, user_id)
        criteria = {search.id: search_views.described(uow, search) for search in searches}
    form = PreferenceForm(frequency=preference.frequency.value, recommendations=user.recommendations)
    if submitted(
        form, lambda uow: service.choose(uow, Frequency(form.frequency.data), bool(form.recommendations.data))
    ):
        flash(_("Saved."), "success")
        return redirect(url_for("alerts.overview"), code=303)
    return render_template(
        "alerts/overview.html",
        form=form,
        preference=preference,
        searches=searches,
        criteria=criteria,
        muted=muted,
        everything=Target(user_id, Scope.ALL),
        token=token_of,
        hour=DIGEST_HOUR,
        limit=SEARCHES,
    )


@blueprint.get("/alerts/messages/<int:message_id>")
@requires(signed_in)
def message(message_id: int) -> str:
    """What one was told, why, and how to hear no more of it."""
    user_id = current_actor().user_id or 0
    with reading() as uow:
        told = queries.own_message(uow, message_id)
        shown = queries.cards(uow.session, told)
        everything = Target(user_id, Scope.ALL)
        muted = {row.target for row in queries.muted(uow, user_id)}
        muted |= {everything} if service.is_muted(uow.session, everything) else set()
    return render_template(
        "alerts/message.html", told=told, cards=shown, muted=muted, everything=everything, token=token_of
    )
