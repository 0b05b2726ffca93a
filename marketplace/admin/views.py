"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("admin", __name__)


@blueprint.get("/admin")
@public
def index() -> str:
    return render_template("_layout/base.html")
