"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
@public
def inbox() -> str:
    return render_template("_layout/base.html")
