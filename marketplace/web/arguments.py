"""What an address or a form may carry at all: ids that fit the database, and text without NUL characters.

What is meant by it is for the views. Refused here, once, is what PostgreSQL cannot even be asked.
"""

from datetime import date
from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

LARGEST_ID = 2**31 - 1
ID_ARGUMENTS = ("result", "need")
"""Query arguments that name a row by its id."""
ID_FIELDS = ("row_id",)
"""Form fields that do."""
NUL = "\0"


class IdConverter(IntegerConverter):
    """`<int:…>` in a route: an id of the database. What is larger is no address of ours, so it is answered with 404."""

    regex = r"\d{1,10}"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max": LARGEST_ID, **kwargs})


def init_arguments(app: Flask) -> None:
    """Let ids in routes be bounded, and look at every request. Comes before the blueprints are registered."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(_refuse_nul)
    app.before_request(_refuse_large_ids)


def day_asked(name: str, usual: date) -> date:
    """The day a query argument names, or the usual one where it is missing. Raises InvalidInput for what is no day."""
    text = request.args.get(name)
    try:
        return date.fromisoformat(text) if text else usual
    except ValueError:
        raise InvalidInput(N_("“%(text)s” is no day. Write one as 2026-11-22."), field=name, text=text) from None


def _refuse_nul() -> None:
    """400 for a NUL in a name or value: PostgreSQL stores none, and no keyboard types one."""
    texts = [request.path]
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            texts += (name, value)
    if any(NUL in text for text in texts):
        abort(400)


def _refuse_large_ids() -> None:
    """404 for an id that no row can have."""
    named = [request.args.get(name, type=int) for name in ID_ARGUMENTS]
    named += [request.form.get(name, type=int) for name in ID_FIELDS]
    if any(abs(number or 0) > LARGEST_ID for number in named):
        abort(404)
