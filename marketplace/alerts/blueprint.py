"""The blueprint that the modules with pages of alerts register on."""

from flask import Blueprint

blueprint = Blueprint("alerts", __name__)
