"""The page on which a bank statement is compared with the payments of a party's deals."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.bank.reading import WANTED
from marketplace.deals.bank_queries import bank_page
from marketplace.deals.bank_service import read_in
from marketplace.deals.blueprint import blueprint
from marketplace.deals.forms import BankForm
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading
from marketplace.web.forms import upload_of
from marketplace.web.submission import submitted


@blueprint.route("/parties/<int:party_id>/bank", methods=["GET", "POST"])
@requires(signed_in)
def bank(party_id: int) -> str | Response:
    """What agrees, what stands at the bank alone, what stands here alone; and the form for another statement."""
    form = BankForm()
    statement = submitted(form, lambda uow: read_in(uow, party_id, upload_of(form.file.data)))
    if statement is not None:
        flash(
            _(
                "%(read)s lines read, %(kept)s of them may concern a deal and are kept.",
                read=statement.line_count,
                kept=statement.kept_count,
            ),
            "success",
        )
        return redirect(url_for("deals.bank", party_id=party_id), code=303)
    with reading() as uow:
        page = bank_page(uow, party_id)
    return render_template("deals/bank.html", page=page, form=form, wanted=WANTED)
