"""Skeleton, to be replaced."""

from flask import render_template

from marketplace.needs import catalogue  # noqa: F401 - hangs its page on the blueprint
from marketplace.needs.blueprint import blueprint
from marketplace.web.access import public


@blueprint.post("/needs")
@public
def start() -> str:
    return render_template("_layout/base.html")
