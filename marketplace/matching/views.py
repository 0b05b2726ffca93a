"""Pages of matches and interests."""

from collections.abc import Callable, Sequence

from flask import Blueprint, after_this_request, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.listings.models import Listing
from marketplace.matching import interest_queries, queries, scoring, service
from marketplace.matching.comparing import Comparison, compare_needs, compare_results
from marketplace.matching.expressing import Approach, approach
from marketplace.matching.forms import DeclineForm, DismissForm, InterestForm
from marketplace.matching.models import Interest
from marketplace.matching.policy import is_mine
from marketplace.matching.queries import MatchRow
from marketplace.matching.recalling import put_away
from marketplace.matching.recording import Showing, record_aside, unrecorded
from marketplace.matching.rules import DismissReason, Origin, Side
from marketplace.needs.models import Need
from marketplace.results.models import Result
from marketplace.web.access import requires, signed_in
from marketplace.web.context import current_actor, reading, runtime, writing
from marketplace.web.forms import is_member
from marketplace.web.locale import say
from marketplace.web.submission import submitted

blueprint = Blueprint("matching", __name__)


@blueprint.get("/needs/<int:need_id>/matches")
@requires(signed_in)
def for_need(need_id: int) -> str:
    """Results that may solve a need."""
    with reading() as uow:
        need = queries.own_need(uow, need_id)
        return _match_page(uow, need, Side.NEED, queries.matches_for_need(uow, need_id))


@blueprint.get("/results/<int:result_id>/matches")
@requires(signed_in)
def for_result(result_id: int) -> str:
    """Needs that a result may solve."""
    with reading() as uow:
        result = queries.own_result(uow, result_id)
        return _match_page(uow, result, Side.RESULT, queries.matches_for_result(uow, result_id))


@blueprint.get("/needs/<int:need_id>/compare")
@requires(signed_in)
def compare_for_need(need_id: int) -> str | Response:
    """Two results beside each other, held against the need."""
    return _compare_page(
        lambda uow, chosen: compare_results(uow, need_id, chosen), url_for(".for_need", need_id=need_id)
    )


@blueprint.get("/results/<int:result_id>/compare")
@requires(signed_in)
def compare_for_result(result_id: int) -> str | Response:
    """Two needs beside each other, held against the result."""
    back = url_for(".for_result", result_id=result_id)
    return _compare_page(lambda uow, chosen: compare_needs(uow, result_id, chosen), back)


def _compare_page(compare: Callable[[UnitOfWork, Sequence[int]], Comparison], back: str) -> str | Response:
    """Those that were ticked; with fewer or more than two, back to the list, where one is told."""
    try:
        with reading() as uow:
            found = compare(uow, request.args.getlist("with", type=int))
    except InvalidInput as error:
        flash(say(error), "warning")
        return redirect(back, code=303)
    may_act = _may_act(found.listing)
    return render_template("matching/compare.html", found=found, listing=found.listing, back=back, may_act=may_act)


def _record_later(shown: Sequence[Showing]) -> None:
    """Keep why these were offered, once the page is on its way: nobody waits for the database's write lock to read a list."""
    if not shown:
        return
    factory = runtime().factory

    @after_this_request
    def when_sent(response: Response) -> Response:
        response.call_on_close(lambda: record_aside(factory, shown))
        return response


def _may_act(listing: Listing) -> bool:
    """Officials read; the buttons are for the side whose listing it is, once others can see that listing."""
    return is_mine(current_actor(), listing) and listing.state in listing.shown_in


def _match_page(uow: UnitOfWork, listing: Result | Need, side: Side, rows: Sequence[MatchRow]) -> str:
    """The list, what stands open of it, and what was put away."""
    if is_mine(uow.actor, listing):
        _record_later(unrecorded(uow, rows, side))
    away, why_away = queries.dismissed_by(uow, listing), put_away(uow, listing)
    at_once = scoring.shown_at_once([row.strength for row in rows])
    page = {"at_once": at_once, "listing": listing, "side": side, "rows": rows, "away": away, "why_away": why_away}
    page["may_act"] = _may_act(listing)
    page["is_rebuilding"] = not rows and not uow.services.can_find_all
    return render_template("matching/matches.html", form=DismissForm(), **page)


@blueprint.post("/matches/<int:result_id>/<int:need_id>/dismiss")
@requires(signed_in)
def dismiss(result_id: int, need_id: int) -> Response:
    """Put a match away for one side."""
    side, form = _side(), DismissForm()
    if form.validate_on_submit():
        with writing() as uow:
            service.dismiss(uow, result_id, need_id, side, DismissReason(form.reason.data), form.note.data or "")
        flash(_("This match is put away. You find it at the end of the list."), "success")
    else:
        flash(_("Choose a reason; the note has at most 200 characters."), "error")
    return _back_to_list(side, result_id, need_id)


@blueprint.post("/matches/<int:result_id>/<int:need_id>/restore")
@requires(signed_in)
def restore(result_id: int, need_id: int) -> Response:
    """Show a match again."""
    side = _side()
    with writing() as uow:
        service.restore(uow, result_id, need_id, side)
    flash(_("The match is in the list again."), "success")
    return _back_to_list(side, result_id, need_id)


@blueprint.route("/interests/new", methods=["GET", "POST"])
@requires(signed_in)
def express() -> str | Response:
    """Tell the other side: “I am interested”, or “I can solve this need”."""
    with reading() as uow:
        told = approach(uow, request.args.get("result", type=int), request.args.get("need", type=int))
    form = InterestForm()
    form.own.label.text = _("Your need it is for") if told.side is Side.NEED else _("Your result that solves it")
    form.own.choices = [("", _("None in particular")), *((str(id_), title) for id_, title in told.own)]
    form.party.choices = [(str(id_), name) for id_, name in told.parties]
    if not form.is_submitted():
        form.own.data = str(told.own_id or "")
    interest = submitted(form, lambda uow: _expressed(uow, told, form))
    if interest is not None:
        flash(_("The other side is told. You see here what becomes of it."), "success")
        return redirect(url_for("matching.interest", interest_id=interest.id), code=303)
    return render_template("matching/express.html", form=form, told=told)


@blueprint.get("/interests")
@requires(signed_in)
def interests() -> str:
    """What was received, with the days left, and what was sent."""
    with reading() as uow:
        received, sent = interest_queries.received(uow), interest_queries.sent(uow)
    return render_template("matching/interests.html", received=received, sent=sent)


@blueprint.get("/interests/<int:interest_id>")
@requires(signed_in)
def interest(interest_id: int) -> str:
    """One interest, with the form to answer it."""
    return _interest_page(interest_id, DeclineForm())


@blueprint.post("/interests/<int:interest_id>/accept")
@requires(signed_in)
def accept(interest_id: int) -> Response:
    """The other side accepts."""
    try:
        with writing() as uow:
            service.accept(uow, interest_id)
        flash(_("You have accepted. The deal opens now; the other side is told."), "success")
    except Conflict as error:
        flash(say(error), "warning")
    return redirect(url_for("matching.interest", interest_id=interest_id), code=303)


@blueprint.post("/interests/<int:interest_id>/decline")
@requires(signed_in)
def decline(interest_id: int) -> str | Response:
    """The other side declines, with a reason."""
    form = DeclineForm()
    try:
        if submitted(form, lambda uow: service.decline(uow, interest_id, form.reason.data or "")) is None:
            return _interest_page(interest_id, form)
        flash(_("You have declined. The sender reads your reason."), "success")
    except Conflict as error:
        flash(say(error), "warning")
    return redirect(url_for("matching.interest", interest_id=interest_id), code=303)


def _interest_page(interest_id: int, form: DeclineForm) -> str:
    with reading() as uow:
        shown = interest_queries.view(uow, interest_id)
    return render_template("matching/interest.html", interest=shown, form=form)


def _expressed(uow: UnitOfWork, told: Approach, form: InterestForm) -> Interest:
    result_id, need_id = told.pair(int(form.own.data) if form.own.data else None)
    party_id = int(form.party.data) if form.party.data else None
    return service.express(uow, told.side, result_id, need_id, form.message.data or "", *_origin(), party_id=party_id)


def _origin() -> tuple[Origin, str]:
    """Where the sender came from, as the link says; what a link cannot say truly counts as the page."""
    named = request.args.get("origin", "")
    origin = Origin(named) if is_member(Origin, named) and named != Origin.SHOWING else Origin.PAGE
    return origin, request.args.get("ref", "")[: service.REF_LENGTH]


def _side() -> Side:
    named = request.args.get("side", "")
    if not is_member(Side, named):
        raise NotFound(N_("There is no such page."))
    return Side(named)


def _back_to_list(side: Side, result_id: int, need_id: int) -> Response:
    if side is Side.NEED:
        return redirect(url_for("matching.for_need", need_id=need_id), code=303)
    return redirect(url_for("matching.for_result", result_id=result_id), code=303)
