"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("statistics", __name__)


@blueprint.get("/desk")
@public
def desk() -> str:
    return render_template("_layout/base.html")
