"""The catalogue page of needs."""

from flask import render_template

from marketplace.needs.blueprint import blueprint
from marketplace.web.access import public


@blueprint.get("/needs")
@public
def catalogue() -> str:
    """Everything that is published."""
    return render_template("_layout/base.html")
