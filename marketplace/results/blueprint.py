"""The blueprint that all pages of results hang on: a module of its own, so that several modules of views can use it."""

from flask import Blueprint

blueprint = Blueprint("results", __name__)
