"""The blueprint that the pages of targets register on."""

from flask import Blueprint

blueprint = Blueprint("targets", __name__)
