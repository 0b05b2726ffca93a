"""What the processor calls, and the page on which an organisation connects its account."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.processor import BadSignature
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.online.accounts import end_account, name_account, require_administered
from marketplace.online.blueprint import blueprint
from marketplace.online.forms import AccountForm
from marketplace.online.inbox import store
from marketplace.online.queries import account_of
from marketplace.web.access import public, requires, signed_in
from marketplace.web.context import reading, runtime, writing
from marketplace.web.submission import submitted

__all__ = ["account", "blueprint", "end", "webhook"]


@blueprint.post("/webhooks/stripe")
@public
def webhook() -> tuple[str, int]:
    """An event of the processor: kept as it came and answered at once; the worker looks at it. It has no cookie and no form of
    ours.

    Whatever is not signed by the processor is refused; what is signed and no event of an account is thanked for and let go.
    """
    processor = runtime().factory.services.processor
    if processor is None:
        raise NotFound(N_("There is no such page."))
    try:
        received = processor.receive(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except BadSignature:
        return "bad signature", 400
    except ValueError:
        return "not for us", 200
    with runtime().factory.writing() as uow:
        store(uow, received)
    return "", 200


@blueprint.route("/organisations/<int:organisation_id>/online-account", methods=["GET", "POST"])
@requires(signed_in)
def account(organisation_id: int) -> str | Response:
    """The account that online payments to an organisation go to."""
    with reading() as uow:
        organisation = require_administered(uow, organisation_id)
    form = AccountForm()
    if submitted(form, lambda uow: name_account(uow, organisation_id, form.account.data)) is not None:
        flash(_("The account is named. Stripe is asked about it; look here again in a minute."), "success")
        return _back(organisation_id)
    with reading() as uow:
        row, is_on = account_of(uow.session, organisation_id), uow.services.processor is not None
    return render_template("online/account.html", organisation=organisation, row=row, is_on=is_on, form=form)


@blueprint.post("/organisations/<int:organisation_id>/online-account/end")
@requires(signed_in)
def end(organisation_id: int) -> Response:
    """Let nothing new be paid to the account."""
    with writing() as uow:
        end_account(uow, organisation_id)
    flash(_("The account is disconnected. Nobody can open a new payment page on it."), "success")
    return _back(organisation_id)


def _back(organisation_id: int) -> Response:
    return redirect(url_for("online.account", organisation_id=organisation_id), code=303)
