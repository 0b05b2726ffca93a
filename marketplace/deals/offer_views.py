"""Pages of the negotiation: an offer or counter-offer with all its terms, and the answers to it."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.contracts.terms import OF_MODELS, Terms
from marketplace.deals import offer_service, queries
from marketplace.deals.blueprint import blueprint
from marketplace.deals.forms import OfferForm, ReasonForm
from marketplace.deals.makers import possible_makers
from marketplace.deals.models import Offer
from marketplace.deals.queries import RoomPage
from marketplace.deals.room_page import show_room
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.forms import row_id
from marketplace.web.refused import Refused
from marketplace.web.submission import submitted

ANSWERS: Mapping[str, Callable[[UnitOfWork, int], Offer]] = {
    "accept": offer_service.accept_offer,
    "withdraw": offer_service.withdraw_offer,
}


@blueprint.route("/deals/<int:deal_id>/offer", methods=["GET", "POST"])
@requires(signed_in)
def offer(deal_id: int) -> str | Response:
    """Make an offer, or answer the open one by a counter-offer; the form begins with the newest terms."""
    form = OfferForm()
    with reading() as uow:
        page = queries.room(uow, deal_id)
        possible = possible_makers(uow.session, page.deal)
        today, days = china_day(uow.now()), uow.settings.offer_days
    countered = _to_counter(page)
    if countered is None and not page.can_offer:
        raise Conflict(N_("An offer can be made while the deal is negotiated and no other offer is open."))
    before = page.offers[0].offer.terms if page.offers else None
    if request.method == "GET":
        form.valid_until.data = today + timedelta(days=days)
        if page.offers:
            form.fill_from(page.offers[0].offer)
        form.offer_makers(possible.people, before.makers if before else ())
        form.seen.data = str(len(page.offers))
    made = submitted(form, lambda uow: _make(uow, deal_id, countered, form.read().without_carried(before), form))
    if made is not None:
        flash(_("Your offer has been sent. The other side has until the day you named."), "success")
        return redirect(url_for("deals.room", deal_id=deal_id), code=303)
    if request.method == "POST":
        form.offer_makers(possible.people)
        form.seen.data = str(len(page.offers))
    names = {str(one.user_id): one.name for one in possible.people}
    return render_template(
        "deals/offer.html",
        page=page,
        form=form,
        countered=countered,
        makers=names,
        no_makers=possible.why_not,
        concerned=possible.told_to(page.relations),
        models={field: " ".join(sorted(one.models)) for field, one in OF_MODELS.items()},
        typed=form.typed(before),
    )


@blueprint.post("/deals/<int:deal_id>/offers/<int:offer_id>/<action>")
@requires(signed_in)
def answer(deal_id: int, offer_id: int, action: str) -> str | Response:
    """Accept or withdraw an offer, or decline it with a reason."""
    if action == "decline":
        form = ReasonForm()
        if submitted(form, lambda uow: offer_service.decline_offer(uow, offer_id, form.reason.data)) is None:
            return show_room(deal_id, refused=Refused("offer", form))
    elif action in ANSWERS:
        with writing() as uow:
            ANSWERS[action](uow, offer_id)
    else:
        raise NotFound(N_("There is no such page."))
    said = {
        "accept": _("You agree on the terms. Now the contract text can be written."),
        "decline": _("The offer is declined, and the other side reads your reason."),
        "withdraw": _("Your offer is withdrawn."),
    }
    flash(said[action], "success")
    return redirect(url_for("deals.room", deal_id=deal_id), code=303)


def _to_counter(page: RoomPage) -> Offer | None:
    """The other side's open offer, when the reader may answer it."""
    row = page.open_offer
    return row.offer if row and any(one.action == "counter" for one in row.actions) else None


def _make(uow: UnitOfWork, deal_id: int, countered: Offer | None, terms: Terms, form: OfferForm) -> Offer:
    last = form.valid_until.data
    offer_service.require_seen(uow, deal_id, row_id(form.seen.data))
    if countered is not None:
        return offer_service.counter_offer(uow, countered.id, terms, last)
    return offer_service.make_offer(uow, deal_id, terms, last)
