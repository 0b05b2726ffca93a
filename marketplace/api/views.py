"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("api", __name__)


@blueprint.get("/api/v1")
@public
def index() -> str:
    return render_template("_layout/base.html")
