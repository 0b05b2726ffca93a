"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("results", __name__)


@blueprint.get("/results")
@public
def catalogue() -> str:
    return render_template("_layout/base.html")


@blueprint.post("/results")
@public
def start() -> str:
    return render_template("_layout/base.html")
