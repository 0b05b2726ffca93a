"""The blueprint that the views of figures and reports share."""

from flask import Blueprint

blueprint = Blueprint("statistics", __name__)
