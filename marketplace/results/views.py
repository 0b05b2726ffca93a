"""The pages of results; what they share with needs comes from the listings."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.listings.kinds import Kind, register
from marketplace.listings.pages import add_pages
from marketplace.listings.policy import is_mine
from marketplace.listings.rules import ListingKind
from marketplace.results import catalogue, edit_views, indexing, policy, queries, service
from marketplace.results.blueprint import blueprint
from marketplace.results.labels import CHECKS, FIELDS
from marketplace.results.models import Result
from marketplace.web.access import requires, signed_in
from marketplace.web.context import writing

__all__ = ["blueprint", "catalogue"]

RESULT = register(
    Kind(
        name=ListingKind.RESULT,
        model=Result,
        visible=policy.visible,
        mine=lambda actor: is_mine(actor) | policy.is_named(actor),
        public_text=indexing.public_text,
        names_party=lambda _actor, _result: True,
        read=queries.read,
        lacking=service.lacking,
        create_draft=service.create_draft,
        submit=service.submit,
        approve=service.approve,
        request_changes=service.request_changes,
        actions={
            "consent": lambda uow, result_id, _reason: service.consent(uow, result_id),
            "object": service.object_,
            "confirm": lambda uow, result_id, _reason: service.confirm(uow, result_id),
            "pause": lambda uow, result_id, _reason: service.pause(uow, result_id),
            "resume": lambda uow, result_id, _reason: service.resume(uow, result_id),
            "suspend": service.suspend,
            "reinstate": service.reinstate,
            "withdraw": lambda uow, result_id, _reason: service.withdraw(uow, result_id),
        },
        typed_in=service.typed_in,
        restore=service.restore,
        revise=service.revise,
        revise_form=edit_views.revise_form,
        labels=FIELDS,
        checks=CHECKS,
    )
)
add_pages(blueprint, RESULT)


@blueprint.post("/results/<int:result_id>/name")
@requires(signed_in)
def name(result_id: int) -> Response:
    """A named contributor agrees to be named, or has his name taken off."""
    agreed = request.form.get("agreed") == "yes"
    with writing() as uow:
        service.agree(uow, result_id, agreed=agreed)
    flash(_("You are named as a contributor.") if agreed else _("Your name has been taken off."), "success")
    return redirect(url_for("results.page", result_id=result_id) if agreed else url_for("results.mine"), code=303)
