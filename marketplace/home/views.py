"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@public
def index() -> str:
    return render_template("_layout/base.html")


@blueprint.get("/search")
@public
def search() -> str:
    return render_template("_layout/base.html")


@blueprint.get("/publish")
@public
def publish() -> str:
    return render_template("_layout/base.html")


@blueprint.get("/terms")
@public
def terms() -> str:
    return render_template("_layout/base.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    return render_template("_layout/base.html")


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("_layout/base.html")


@blueprint.get("/review")
@public
def review_queue() -> str:
    return render_template("_layout/base.html")


@blueprint.post("/locale")
@public
def set_locale() -> str:
    return render_template("_layout/base.html")
