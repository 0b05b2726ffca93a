"""Sends files: a stored one, one that is written while it is asked for, or one that is made while it is sent.

A large one lies on disk, not in memory, and goes with the response."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import SEEK_END, BytesIO
from itertools import chain
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from flask import Response, send_file, stream_with_context

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_
from marketplace.web.context import reading, runtime

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


def send_streamed(blocks: Callable[[UnitOfWork], Iterator[bytes]], media_type: str, name: str) -> Response:
    """A download of that name which begins at once, and is made while it is sent; what is read stays open as long.

    What `blocks` raises before its first block is answered as on every page; later the download breaks off, and shows it.
    """
    with ExitStack() as until_sent:
        found = blocks(until_sent.enter_context(reading()))
        first = next(found, b"")
        response = Response(stream_with_context(chain((first,), found)), mimetype=media_type)
        response.call_on_close(until_sent.pop_all().close)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def download(sha256: str, media_type: str | None, name: str | None) -> Response:
    """A stored file, always as a download. Raises NotFound when it is gone from the disk."""
    path = runtime().factory.services.files.path(sha256)
    try:
        return send_file(path, media_type, as_attachment=True, download_name=name)
    except FileNotFoundError:
        raise NotFound(N_("There is no such file.")) from None
