"""The blueprint that the pages of rewards share."""

from flask import Blueprint

blueprint = Blueprint("rewards", __name__)
