"""Pages of claims: somebody says that an imported listing is his unit's, an official decides."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.listings import claims
from marketplace.listings.blueprint import blueprint
from marketplace.listings.forms import ClaimForm, ReasonForm
from marketplace.listings.kinds import kind_of
from marketplace.listings.models import Claim, Listing
from marketplace.listings.parties import claimant_parties, named
from marketplace.listings.policy import require_visible
from marketplace.listings.rules import ClaimState
from marketplace.organisations.parties import name_of
from marketplace.web.access import official, requires, signed_in
from marketplace.web.context import current_actor, reading
from marketplace.web.submission import submitted


@blueprint.route("/listings/<int:listing_id>/claim", methods=["GET", "POST"])
@requires(signed_in)
def claim(listing_id: int) -> str | Response:
    """Claim an imported listing for one's unit."""
    form = ClaimForm()
    with reading() as uow:
        listing = require_visible(uow.actor, uow.session.get(Listing, listing_id))
        form.party_id.choices = [(party.id, party.name) for party in named(uow, claimant_parties(uow))]
    page = kind_of(listing).url("page", listing.id)

    def send(uow: UnitOfWork) -> Claim:
        return claims.claim(uow, listing_id, form.party_id.data, form.note.data or "")

    if submitted(form, send) is not None:
        flash(_("Your claim is with the union's official. You will hear the decision."), "success")
        return redirect(page, code=303)
    return render_template(
        "listings/claim.html", form=form, listing=listing, page=page, open=claims.is_claimable(listing)
    )


@blueprint.route("/claims/<int:claim_id>", methods=["GET", "POST"])
@requires(official)
def decide_claim(claim_id: int) -> str | Response:
    """The official approves or refuses a claim."""
    form = ReasonForm()
    approving = request.form.get("decision") == "approve"

    def decide(uow: UnitOfWork) -> Claim:
        reason = form.reason.data or ""
        return claims.approve(uow, claim_id, reason) if approving else claims.refuse(uow, claim_id, reason)

    if submitted(form, decide) is not None:
        flash(_("The claim is approved.") if approving else _("The claim is refused."), "success")
        return redirect(url_for("home.review_queue"), code=303)
    with reading() as uow:
        row, listing = _in_office(uow, claim_id)
        claimant, owner = name_of(uow.session, row.party_id), name_of(uow.session, listing.party_id)
    return render_template(
        "listings/decide_claim.html",
        form=form,
        claim=row,
        listing=listing,
        claimant=claimant,
        owner=owner,
        open=row.state is ClaimState.PENDING,
        page=kind_of(listing).url("page", listing.id),
    )


def _in_office(uow: UnitOfWork, claim_id: int) -> tuple[Claim, Listing]:
    """The claim and its listing, to the official in charge of it."""
    row = uow.session.get(Claim, claim_id)
    listing = uow.session.get(Listing, row.listing_id) if row else None
    if row is None or listing is None or not current_actor().is_official_for(listing.county):
        raise NotFound(N_("There is no such claim."))
    return row, listing
