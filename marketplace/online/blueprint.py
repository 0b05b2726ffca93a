"""The blueprint of the pages of online payment that belong to no deal."""

from flask import Blueprint

blueprint = Blueprint("online", __name__)
