"""The catalogue page of results."""

from flask import render_template

from marketplace.results.blueprint import blueprint
from marketplace.web.access import public


@blueprint.get("/results")
@public
def catalogue() -> str:
    """Everything that is published."""
    return render_template("_layout/base.html")
