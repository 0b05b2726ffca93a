"""The page on which a party or an official says that the parties of a deal are related, or an official that they are not."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.deals import queries
from marketplace.deals.blueprint import blueprint
from marketplace.deals.forms import NOT_RELATED, RELATED, RelationForm
from marketplace.deals.related_service import say_related
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading
from marketplace.web.submission import submitted


@blueprint.route("/deals/<int:deal_id>/related", methods=["GET", "POST"])
@requires(signed_in)
def related(deal_id: int) -> str | Response:
    """What was found so far, and the form for another finding."""
    form = RelationForm()
    with reading() as uow:
        page = queries.room(uow, deal_id)
    if not page.relations & {Relation.PARTY, Relation.OFFICIAL}:
        raise NotFound(N_("There is no such page."))
    # What is said is what the person has read, whatever was put on record in the meantime.
    if not form.is_submitted():
        form.says.data = NOT_RELATED if page.is_related else RELATED
    done = submitted(form, lambda uow: say_related(uow, deal_id, form.says.data == RELATED, form.reason.data))
    if done is not None:
        flash(_("It is on record. The other party and the officials see it in the deal room."), "success")
        return redirect(url_for("deals.room", deal_id=deal_id), code=303)
    return render_template("deals/related.html", page=page, form=form)
