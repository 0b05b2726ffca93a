"""The blueprint that the pages of confidentiality agreements share."""

from flask import Blueprint

blueprint = Blueprint("confidentiality", __name__)
