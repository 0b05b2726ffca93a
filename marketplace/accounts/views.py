"""Skeleton, to be replaced."""

from flask import Blueprint, render_template

from marketplace.web.access import public

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> str:
    return render_template("_layout/base.html")


@blueprint.get("/register")
@public
def register() -> str:
    return render_template("_layout/base.html")


@blueprint.post("/sign-out")
@public
def sign_out() -> str:
    return render_template("_layout/base.html")


@blueprint.get("/me")
@public
def profile() -> str:
    return render_template("_layout/base.html")
