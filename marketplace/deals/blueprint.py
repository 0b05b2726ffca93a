"""The blueprint that the pages of deals and their documents share."""

from flask import Blueprint

blueprint = Blueprint("deals", __name__)
