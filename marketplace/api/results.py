"""Results as JSON."""

from typing import Any

from flask import Response, jsonify, url_for

from marketplace.api.pages import actions, found, moment
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
    return found(ListingKind.RESULT, cards, _item, lambda card: card.text)


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


def _item(card: ResultCard) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "url": url_for("results.page", result_id=card.id),
        "unit": card.party,
        "county": card.county,
        "industry": card.industry,
        "category": card.category,
        "maturity": card.maturity,
        "ways": card.ways,
        "has_patent": card.has_patent,
        "on_behalf": card.on_behalf,
        "state": card.state,
        "published_at": moment(card.published_at),
    }


def _public(row: Result) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "url": url_for("results.page", result_id=row.id),
        "state": row.state,
        "county": row.county,
        "industry": row.industry,
        "category": row.category,
        "maturity": row.maturity,
        "ways": row.ways,
        "problem": row.problem,
        "summary": row.summary,
        "effect": {"metric": row.metric, "before": row.before, "after": row.after, "unit": row.unit},
        "conditions": row.conditions,
        "has_patent": bool(row.patent_number),
        "on_behalf": row.on_behalf,
        "published_at": moment(row.published_at),
        "version": row.version,
    }
