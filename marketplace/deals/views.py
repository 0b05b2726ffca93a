"""The deal room: the list of deals, one room, messages, the steps of the lifecycle."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.deals import (
    bank_views,
    change_views,
    document_queries,
    document_views,
    envelope_views,
    offer_views,
    online_views,
    paper_views,
    payment_views,
    preemption_views,
    queries,
    related_views,
    service,
)
from marketplace.deals.blueprint import blueprint
from marketplace.deals.forms import EndingForm, EndUseForm, MessageForm, TerminationForm
from marketplace.deals.models import Deal, Message
from marketplace.deals.outcome import Outcome, outcome
from marketplace.deals.policy import require_visible
from marketplace.deals.room_page import show_room
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.matching.models import Interest
from marketplace.payments.queries import net_fixed_receipts
from marketplace.web.access import official, requires, signed_in
from marketplace.web.context import reading, writing
from marketplace.web.formats import money
from marketplace.web.forms import upload_of
from marketplace.web.locale import translate
from marketplace.web.refused import Refused
from marketplace.web.sending import download
from marketplace.web.submission import looked_up, submitted

__all__ = [
    "bank_views",
    "blueprint",
    "change_views",
    "document_views",
    "envelope_views",
    "offer_views",
    "online_views",
    "paper_views",
    "payment_views",
    "preemption_views",
    "related_views",
]


def _lose(uow: UnitOfWork, deal_id: int, form: EndingForm) -> Deal:
    return service.take(uow, deal_id, "lose", form.reason.data, form.read_kind())


def _end_use(uow: UnitOfWork, deal_id: int, form: EndUseForm) -> Deal:
    return service.end_use(uow, deal_id, form.reason.data, form.current_password.data, form.read_kind())


ENDINGS: Mapping[str, tuple[type[EndingForm], Callable[[UnitOfWork, int, Any], Deal]]] = {
    "lose": (EndingForm, _lose),
    "end_use": (EndUseForm, _end_use),
}
"""Steps that end a deal, with a reason the other side reads."""


@blueprint.get("/deals")
@requires(signed_in)
def mine() -> str:
    """The person's deals, the texts he signs as a maker of the result, and an official's counties'."""
    with reading() as uow:
        own, office, made = queries.mine(uow), queries.in_office(uow), document_queries.as_maker(uow)
    return render_template("deals/mine.html", rows=own, office_rows=office, made=made)


@blueprint.get("/interests/<int:interest_id>/deal")
@requires(signed_in)
def of_interest(interest_id: int) -> Response:
    """Go to the deal of an accepted interest. The worker has opened it as a rule; who is faster than it opens it here, once."""
    with reading() as uow:
        interest = uow.session.get(Interest, interest_id)
        deal = service.deal_of(uow.session, interest) if interest is not None else None
        if deal is not None:
            require_visible(uow.session, uow.actor, deal)
            return redirect(url_for("deals.room", deal_id=deal.id), code=303)
    with writing() as uow:
        deal_id = service.open_from_interest(uow, interest_id).id
    return redirect(url_for("deals.room", deal_id=deal_id), code=303)


@blueprint.get("/deals/<int:deal_id>")
@requires(signed_in)
def room(deal_id: int) -> str:
    """One room."""
    return show_room(deal_id)


@blueprint.post("/deals/<int:deal_id>/messages")
@requires(signed_in)
def write(deal_id: int) -> str | Response:
    """Write a message with an optional file."""
    form = MessageForm()
    message = submitted(form, lambda uow: service.write(uow, deal_id, form.text.data, upload_of(form.file.data)))
    if message is not None:
        return redirect(url_for("deals.room", deal_id=deal_id, _anchor="timeline"), code=303)
    return show_room(deal_id, form)


@blueprint.get("/deals/<int:deal_id>/messages/<int:message_id>/file")
@requires(signed_in)
def message_file(deal_id: int, message_id: int) -> FlaskResponse:
    """The file of a message, always as a download."""
    with reading() as uow:
        require_visible(uow.session, uow.actor, uow.session.get(Deal, deal_id))
        message = uow.session.get(Message, message_id)
        if message is None or message.deal_id != deal_id or message.file_sha256 is None:
            raise NotFound(N_("There is no such file."))
    return download(message.file_sha256, message.file_type, message.file_name)


@blueprint.route("/deals/<int:deal_id>/<action>", methods=["POST"])
@requires(signed_in)
def take(deal_id: int, action: str) -> str | Response:
    """Take a step of the lifecycle; giving up, and ending the use without payment, ask for a reason."""
    if action in ENDINGS:
        kind, use_case = ENDINGS[action]
        form = kind()
        if submitted(form, lambda uow: use_case(uow, deal_id, form)) is None:
            return show_room(deal_id, refused=Refused(action, form))
    else:
        with writing() as uow:
            service.take(uow, deal_id, action)
    flash(_("Done. The other side has been told."), "success")
    return redirect(url_for("deals.room", deal_id=deal_id), code=303)


@blueprint.route("/deals/<int:deal_id>/termination", methods=["GET", "POST"])
@requires(official)
def terminate(deal_id: int) -> str | Response:
    """An official records that a contract was ended, once he has been shown what it comes to."""
    form = TerminationForm()
    with reading() as uow:
        page = queries.room(uow, deal_id)
        received = net_fixed_receipts(uow.session, deal_id)
    if not any(one.action == "terminate" for one in page.actions):
        raise NotFound(N_("There is no such page."))
    told = looked_up(form, lambda uow: outcome(uow, deal_id, form.payable.fen or 0))
    if told is not None and told.mark == form.seen.data and _terminated(deal_id, form):
        flash(_("The termination is recorded and booked with today's date.") + " " + outcome_text(told), "success")
        return redirect(url_for("deals.room", deal_id=deal_id), code=303)
    form.seen.data = told.mark if told else ""
    said = outcome_text(told) if told else ""
    return render_template("deals/termination.html", page=page, form=form, received=received, outcome=said)


def _terminated(deal_id: int, form: TerminationForm) -> bool:
    reason, payable = form.reason, form.payable
    return (
        submitted(form, lambda uow: service.terminate(uow, deal_id, reason.data, payable.fen or 0, form.read_kind()))
        is not None
    )


def outcome_text(told: Outcome) -> str:
    """What a termination comes to, in the reader's language."""
    amounts = {"received": told.received_fen, "open": told.open_fen, "back": told.back_fen}
    return translate(told.words, **{name: money(fen) for name, fen in amounts.items()})
