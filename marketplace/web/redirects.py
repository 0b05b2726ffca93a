"""Where to go next: only ever a path of our own, whatever a link or a form says."""

from contextlib import suppress
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect


def local_path(target: str | None, default: str) -> str:
    """The target when it is a path of this site, otherwise the default; a browser reads `//x` and `/\\x` as a host."""
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"} or not target.isprintable():
        return default
    return target


def page_path(target: str | None, default: str) -> str:
    """A local path that can be looked at; the default also for an address that only takes forms."""
    path = local_path(target, default)
    try:
        with suppress(NotFound, RequestRedirect):
            current_app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")
    except MethodNotAllowed:
        return default
    return path


def page_before(default: str) -> str:
    """The page this request came from, when it is one of ours."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return default
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path, default)
