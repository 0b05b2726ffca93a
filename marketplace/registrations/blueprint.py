"""The blueprint that the pages of registrations share."""

from flask import Blueprint

blueprint = Blueprint("registrations", __name__)
