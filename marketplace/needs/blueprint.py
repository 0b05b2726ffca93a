"""The blueprint that all pages of needs hang on: a module of its own, so that several modules of views can use it."""

from flask import Blueprint

blueprint = Blueprint("needs", __name__)
