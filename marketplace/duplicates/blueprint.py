"""The blueprint that the pages of duplicates share."""

from flask import Blueprint

blueprint = Blueprint("duplicates", __name__)
