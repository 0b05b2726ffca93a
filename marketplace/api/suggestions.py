"""Suggestions for the search box, from what everybody may find."""

from flask import Response, jsonify, request

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.listings.rules import ListingKind
from marketplace.listings.search import TEXT_LIMIT
from marketplace.listings.search_page import catalogue_index
from marketplace.web.access import public

MOST = 8


@public
def suggestions() -> Response:
    """What the text `q` may go on to in the catalogue of a `kind` (result or need): words, then names of units.

    Each finds something. Raises InvalidInput.
    """
    kind, text = request.args.get("kind", ListingKind.RESULT), request.args.get("q", "")
    if kind not in set(ListingKind):
        raise InvalidInput(
            N_("%(name)s cannot be “%(value)s”. It may be: %(known)s."),
            field="kind",
            name="kind",
            value=kind[:40],
            known=", ".join(ListingKind),
        )
    if len(text) > TEXT_LIMIT:
        raise InvalidInput(N_("At most %(limit)s characters can be searched for."), field="q", limit=TEXT_LIMIT)
    found = catalogue_index(ListingKind(kind)).suggest(text.lstrip(), MOST)
    answer = jsonify(suggestions=[{"text": one.text, "what": "unit" if one.is_name else "word"} for one in found])
    # The same letters are typed and deleted again: no need to ask twice within a minute.
    answer.cache_control.private, answer.cache_control.max_age = True, 60
    return answer
