"""The blueprint that the pages of benefits share."""

from flask import Blueprint

blueprint = Blueprint("benefits", __name__)
