"""The outbox worker beside the pages: started in the process that serves them, and missed aloud where none works.

Without a worker there is no code, mail or PDF, and no deadline passes, while every page looks as if all were well.
"""

import logging
import sys
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Response, request

from marketplace.infra import outbox
from marketplace.web.context import Runtime, runtime

log = logging.getLogger(__name__)

LOOK_EVERY_S = 120.0
_NAME = "outbox"
_STARTING = threading.Lock()


def start(beside: Runtime) -> None:
    """Start the worker as a thread of this process, unless one runs in it already or the settings say that it is elsewhere."""
    with _STARTING:
        if not beside.settings.worker_in_process or any(one.name == _NAME for one in threading.enumerate()):
            return
        # The worker computes for half a second at times. A page asks for the interpreter back after every look into the
        # database, and would wait for the usual five milliseconds each time.
        sys.setswitchinterval(0.001)
        threading.Thread(target=beside.worker.run, name=_NAME, daemon=True).start()


def attend(app: Flask, look_every_s: float = LOOK_EVERY_S) -> None:
    """With its first request the process starts the worker, whatever server has loaded the app: by then it is past its forks.

    From then on it looks every so often whether tasks are taken.
    """
    watch = _Watch(look_every_s)
    app.before_request(watch.begin)
    app.after_request(watch.look)


@dataclass
class _Watch:
    """What one process remembers between two requests."""

    every_s: float
    has_begun: bool = False
    has_compared: bool = False
    next_look: float = 0.0

    def begin(self) -> None:
        """Of two requests at once both may come here: the worker is started once, and a warning twice does no harm."""
        if not self.has_begun:
            self.has_begun, self.next_look = True, time.monotonic() + self.every_s
            start(runtime())
        if not self.has_compared and _is_for_people():
            self.has_compared = True
            _compare_addresses()

    def look(self, response: Response) -> Response:
        """Warn where tasks wait and no worker takes them; whatever comes of it, the answer stays what it is."""
        if time.monotonic() >= self.next_look and _is_for_people():
            self.next_look = time.monotonic() + self.every_s
            try:
                _miss_a_worker()
            except Exception:
                log.warning("whether tasks are taken cannot be told", exc_info=True)
        return response


def _is_for_people() -> bool:
    """A supervisor asks at another address, and before the database can be asked."""
    return request.endpoint is not None and request.endpoint != "static" and request.blueprint != "health"


def _compare_addresses() -> None:
    if is_elsewhere(runtime().settings.public_url, request.host):
        log.warning(
            "links in mail lead to %s, but this server was asked at %s: set JIANGGUO_PUBLIC_URL to its address",
            runtime().settings.public_url,
            request.host,
        )


def _miss_a_worker() -> None:
    with runtime().factory.reading() as uow:
        since = outbox.untaken_since(uow.session, uow.now())
    if since is not None:
        log.warning(
            "tasks wait since %s and no worker takes them: no mail, code or PDF is made. "
            "Run `flask --app wsgi worker`, or leave JIANGGUO_WORKER_IN_PROCESS on",
            since.isoformat(timespec="seconds"),
        )


def is_elsewhere(public_url: str, host: str) -> bool:
    """Whether links that leave the platform lead to another address than the one that was asked."""
    leads_to = urlsplit(public_url)
    return _address(leads_to.netloc, leads_to.scheme) != _address(host, leads_to.scheme)


def _address(netloc: str, scheme: str) -> str:
    """Without the port that the scheme has anyway."""
    return netloc.lower().removesuffix(":443" if scheme == "https" else ":80")
