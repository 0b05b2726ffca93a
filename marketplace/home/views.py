"""Skeleton, to be replaced."""

from flask import render_template

from marketplace.home import pages
from marketplace.home.blueprint import blueprint
from marketplace.web.access import public

__all__ = ["blueprint", "pages"]


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


@blueprint.get("/review")
@public
def review_queue() -> str:
    return render_template("_layout/base.html")
