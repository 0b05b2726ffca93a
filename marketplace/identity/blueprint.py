"""The blueprint that the modules with pages of identity and authority register on."""

from flask import Blueprint

blueprint = Blueprint("identity", __name__)
