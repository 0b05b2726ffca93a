"""Needs as JSON. Who asks anonymously is named to insiders only."""

from typing import Any

from flask import Response, jsonify

from marketplace.api.pages import actions, found, listing_fields, moment
from marketplace.listings.policy import relations
from marketplace.listings.rules import ListingKind
from marketplace.needs import policy
from marketplace.needs.cards import NeedCard, cards
from marketplace.needs.models import Need
from marketplace.organisations.parties import name_of
from marketplace.web.access import public
from marketplace.web.context import current_actor, reading


@public
def needs() -> Response:
    """A search, with the filters of the page."""
    return found(ListingKind.NEED, cards, _of_card)


@public
def need(need_id: int) -> Response:
    """One need as this reader sees it, and what he may do with it. Raises NotFound."""
    actor = current_actor()
    with reading() as uow:
        row = policy.require_visible(actor, uow.session.get(Need, need_id))
        party = name_of(uow.session, row.party_id).name if policy.may_know_party(actor, row) else None
    return jsonify(_public(row) | {"unit": party, "available_actions": actions(row, relations(actor, row))})


def _of_card(card: NeedCard) -> dict[str, Any]:
    return {
        "budget_min_fen": card.budget_min_fen,
        "budget_max_fen": card.budget_max_fen,
        "deadline": moment(card.deadline),
    }


def _public(row: Need) -> dict[str, Any]:
    return listing_fields(row) | {
        "description": row.description,
        "indicators": row.indicators,
        "budget_min_fen": row.budget_min_fen,
        "budget_max_fen": row.budget_max_fen,
        "deadline": moment(row.deadline),
        "county_wanted": row.county_wanted,
        "maturity_wanted": row.maturity_wanted,
        "anonymous": row.anonymous,
    }
