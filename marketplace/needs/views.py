"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("needs", __name__)


@blueprint.get("/needs")
@public
def catalogue() -> str:
    return render_template("_layout/base.html")


@blueprint.post("/needs")
@public
def start() -> str:
    return render_template("_layout/base.html")
