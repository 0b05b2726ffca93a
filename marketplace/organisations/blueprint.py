"""The blueprint that the modules with pages of organisations register on."""

from flask import Blueprint

blueprint = Blueprint("organisations", __name__)
