"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("matching", __name__)


@blueprint.get("/interests")
@public
def inbox() -> str:
    return render_template("_layout/base.html")
