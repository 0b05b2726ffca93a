"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("organisations", __name__)


@blueprint.get("/organisations")
@public
def catalogue() -> str:
    return render_template("_layout/base.html")


@blueprint.get("/me/organisations")
@public
def mine() -> str:
    return render_template("_layout/base.html")
