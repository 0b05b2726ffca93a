"""The blueprint that pages about any listing hang on: a module of its own, so that several modules of views can use it."""

from flask import Blueprint

blueprint = Blueprint("listings", __name__)
