"""Results as JSON."""

from typing import Any

from flask import Response, jsonify

from marketplace.api.pages import actions, found, listing_fields
from marketplace.listings.policy import relations
from marketplace.listings.rules import ListingKind
from marketplace.organisations.parties import name_of
from marketplace.results import policy
from marketplace.results.cards import ResultCard, cards
from marketplace.results.models import Result
from marketplace.web.access import public
from marketplace.web.context import current_actor, reading


@public
def results() -> Response:
    """A search, with the filters of the page."""
    return found(ListingKind.RESULT, cards, _of_card)


@public
def result(result_id: int) -> Response:
    """One result as this reader sees it, and what he may do with it. Raises NotFound."""
    actor = current_actor()
    with reading() as uow:
        row = policy.require_visible(actor, uow.session.get(Result, result_id))
        party = name_of(uow.session, row.party_id).name
    body = _public(row) | {"unit": party, "available_actions": actions(row, relations(actor, row))}
    if policy.may_read_description(actor, row):
        body["description"] = row.description
    return jsonify(body)


def _of_card(card: ResultCard) -> dict[str, Any]:
    return {
        "state": card.state,
        "category": card.category,
        "maturity": card.maturity,
        "has_patent": card.has_patent,
    }


def _public(row: Result) -> dict[str, Any]:
    return listing_fields(row) | {
        "category": row.category,
        "maturity": row.maturity,
        "problem": row.problem,
        "summary": row.summary,
        "effect": {"metric": row.metric, "before": row.before, "after": row.after, "unit": row.unit},
        "conditions": row.conditions,
        "has_patent": bool(row.patent_number),
    }
