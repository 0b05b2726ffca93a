"""The evidence of a deal as a download, for its parties and officials."""

from contextlib import ExitStack
from tempfile import TemporaryFile

from flask import Blueprint, Response, send_file

from marketplace.evidence.service import write_evidence
from marketplace.web.access import requires, signed_in
from marketplace.web.context import reading

blueprint = Blueprint("evidence", __name__)


@blueprint.get("/deals/<int:deal_id>/evidence.zip")
@requires(signed_in)
def download(deal_id: int) -> Response:
    """Made anew each time it is asked for; the file goes with the response."""
    with ExitStack() as until_sent:
        file = until_sent.enter_context(TemporaryFile())
        with reading() as uow:
            write_evidence(uow, deal_id, file)
        file.seek(0)
        response = send_file(file, "application/zip", as_attachment=True, download_name=f"evidence-{deal_id}.zip")
        until_sent.pop_all()
    return response
