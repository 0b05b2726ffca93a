"""The blueprint that the pages of the offline ledger share."""

from flask import Blueprint

blueprint = Blueprint("offline", __name__)
