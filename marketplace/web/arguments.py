"""What an address or a form may carry at all: ids that fit the database. What is meant by them is for the views."""

from typing import Any

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

LARGEST_ID = 2**31 - 1
ID_ARGUMENTS = ("result", "need")
"""Query arguments that name a row by its id."""
ID_FIELDS = ("row_id",)
"""Form fields that do."""


class IdConverter(IntegerConverter):
    """`<int:…>` in a route: an id of the database. What is larger is no address of ours, so it is answered with 404."""

    regex = r"\d{1,10}"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max": LARGEST_ID, **kwargs})


def init_arguments(app: Flask) -> None:
    """Let ids in routes be bounded, and look at every request. Comes before the blueprints are registered."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(_refuse_large_ids)


def _refuse_large_ids() -> None:
    """404 for an id that no row can have."""
    named = [request.args.get(name, type=int) for name in ID_ARGUMENTS]
    named += [request.form.get(name, type=int) for name in ID_FIELDS]
    if any(abs(number or 0) > LARGEST_ID for number in named):
        abort(404)
