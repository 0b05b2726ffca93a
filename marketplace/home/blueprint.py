"""The blueprint that home pages and still pages register on."""

from flask import Blueprint

blueprint = Blueprint("home", __name__)
