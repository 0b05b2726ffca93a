"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("listings", __name__)


@blueprint.get("/imports")
@public
def imports() -> str:
    return render_template("_layout/base.html")
