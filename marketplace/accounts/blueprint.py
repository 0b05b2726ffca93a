"""The blueprint that the modules with account pages register on."""

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
