"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("deals", __name__)


@blueprint.get("/deals")
@public
def mine() -> str:
    return render_template("_layout/base.html")
