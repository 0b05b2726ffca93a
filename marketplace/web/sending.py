"""Sends a file that is written while it is asked for; it lies on disk, not in memory, and goes with the response."""

from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from flask import Response, send_file


def send_written(write: Callable[[BinaryIO], object], media_type: str, name: str) -> Response:
    """A download of that name; `write` fills the file and may raise before anything is sent."""
    with ExitStack() as until_sent:
        file = cast(BinaryIO, until_sent.enter_context(TemporaryFile()))
        write(file)
        file.seek(0)
        response = send_file(file, media_type, as_attachment=True, download_name=name)
        response.call_on_close(file.close)
        until_sent.pop_all()
    return response
