"""Paying a line online: the way to the processor's page, and the page one comes back to."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from marketplace.deals.blueprint import blueprint
from marketplace.deals.online_service import ask_page
from marketplace.deals.payment_queries import payments_page
from marketplace.infra.processor import ProcessorRefuses
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.online import pages
from marketplace.online.accounts import processor_of
from marketplace.online.models import PaymentPage
from marketplace.online.rules import PageState
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading, runtime, writing


@blueprint.post("/milestones/<int:milestone_id>/online")
@requires(signed_in)
def pay_online(milestone_id: int) -> Response:
    """Send the buyer to the page on which a line is paid.

    It is opened here and now, for he waits to go there: nothing else in a request calls the outside. That happens between two
    transactions, so that none waits for it.
    """
    with writing() as uow:
        page = ask_page(uow, milestone_id)
    if page.state is PageState.OPEN:
        return redirect(page.url, code=303)
    return redirect(_open(page), code=303)


@blueprint.get("/payment-pages/<int:page_id>")
@requires(signed_in)
def payment_page(page_id: int) -> str:
    """Where the buyer comes back to. What is shown is what is known here: nobody's browser says that something is paid."""
    with reading() as uow:
        row = uow.session.get(PaymentPage, page_id)
        if row is None:
            raise NotFound(pages.NO_PAGE)
        page = payments_page(uow, row.deal_id)
        if not page.relations & {Relation.PARTY, Relation.OFFICIAL}:
            raise NotFound(pages.NO_PAGE)
        now = uow.now()
    line = page.line(row.milestone_id)
    return render_template("deals/payment_page.html", page=page, row=row, line=line, is_over=row.expires_at <= now)


def _open(page: PaymentPage) -> str:
    """Have the page opened; returns its address. Raises Conflict where that cannot be done."""
    with reading() as uow:
        processor, base = processor_of(uow), runtime().settings.public_url.rstrip("/")
        wanted = pages.wanted(uow, page, base + url_for("deals.payment_page", page_id=page.id))
        others = pages.others_open(uow, page)
    try:
        for account, session_id in others:
            processor.close_page(account, session_id)
        opened = processor.open_page(wanted)
    except OSError:
        raise Conflict(
            N_("Stripe does not answer just now. Nothing was paid; try again in a minute, or pay by bank transfer.")
        ) from None
    except ProcessorRefuses as error:
        with writing() as uow:
            pages.failed(uow, page.id, str(error))
        raise Conflict(
            N_("Stripe refuses to open the page: %(why)s. Nothing was paid; pay by bank transfer."), why=str(error)
        ) from None
    with writing() as uow:
        return pages.opened(uow, page.id, opened)
