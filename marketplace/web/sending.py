"""Sends a file that is written while it is asked for; a large one lies on disk, not in memory, and goes with the response."""

from collections.abc import Callable
from contextlib import ExitStack
from io import SEEK_END, BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from flask import Response, send_file

IN_MEMORY = 1024 * 1024
"""Bytes up to which a file is sent from memory, and nothing stays open until it is sent."""


def send_written(write: Callable[[BinaryIO], object], media_type: str, name: str) -> Response:
    """A download of that name; `write` fills the file and may raise before anything is sent."""
    with ExitStack() as until_sent:
        file = cast(BinaryIO, until_sent.enter_context(TemporaryFile()))
        write(file)
        size = file.seek(0, SEEK_END)
        file.seek(0)
        if size <= IN_MEMORY:
            return send_file(BytesIO(file.read()), media_type, as_attachment=True, download_name=name)
        response = send_file(file, media_type, as_attachment=True, download_name=name)
        response.call_on_close(file.close)
        until_sent.pop_all()
    return response
