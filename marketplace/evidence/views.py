"""The evidence of a deal as a download, for its parties and officials."""

from typing import BinaryIO

from flask import Blueprint, Response

from marketplace.evidence.service import write_evidence
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading
from marketplace.web.sending import send_written

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/deals/<int:deal_id>/evidence.zip")
@requires(signed_in)
def download(deal_id: int) -> Response:
    """Made anew each time it is asked for."""

    def write(file: BinaryIO) -> None:
        with reading() as uow:
            write_evidence(uow, deal_id, file)

    return send_written(write, "application/zip", f"evidence-{deal_id}.zip")
