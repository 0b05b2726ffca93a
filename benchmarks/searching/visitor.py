"""A served instance, and people who use its pages over HTTP: one connection each, cookies, and the token of every form."""

import html
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from marketplace.demo.load import PASSWORD

HOST = "127.0.0.1"
READY_SECONDS = 120
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Visitor:
    """A browser without pictures and scripts."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connection = http.client.HTTPConnection(HOST, self.port, timeout=300)

    def get(self, path: str) -> str:
        """The page. Raises RuntimeError where it does not answer 200."""
        try:
            return self._asked("GET", path, None, 200)
        except http.client.RemoteDisconnected:
            # The server has closed a connection that nobody used for a while, as a browser finds too.
            self._connection.close()
            return self._asked("GET", path, None, 200)

    def post(self, path: str, values: Mapping[str, str], form: str) -> None:
        """Send a form in the page `form` says. Raises RuntimeError where it is not accepted with 303."""
        self._asked("POST", path, urlencode({**values, "csrf_token": _token(form)}), 303)

    def sign_in(self, email: str) -> None:
        """As somebody of the demo."""
        self.post("/sign-in", {"contact": email, "password": PASSWORD}, self.get("/sign-in"))

    def _asked(self, method: str, path: str, body: str | None, expected: int) -> str:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie", ()):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        if answer.status != expected:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {text[:500]}")
        return text


def _token(page: str) -> str:
    found = _TOKEN.search(page)
    if found is None:
        raise RuntimeError("the page has no form")
    return html.unescape(found.group(1))


@dataclass(frozen=True)
class Server:
    """One gunicorn with one web process, the outbox worker in it."""

    port: int
    process: int

    def visitor(self) -> Visitor:
        """Somebody who has just come."""
        return Visitor(self.port)


@contextmanager
def serving(folder: Path, threads: int = 8, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serve the instance in a folder as `make run` does, but for `settings` by their variables, and stop it in the end."""
    port = _free_port()
    environment = os.environ | {"JIANGGUO_DATA_DIR": str(folder), "JIANGGUO_RATE_LIMIT": ""} | dict(settings or {})
    with (
        Path(folder, "server.log").open("wb") as log,
        subprocess.Popen(_command(port, threads), env=environment, stdout=log, stderr=log) as server,  # noqa: S603 - its own command
    ):
        try:
            _wait_until_ready(port)
            yield Server(port, _child_of(server.pid))
        finally:
            server.terminate()


def _command(port: int, threads: int) -> Sequence[str]:
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "python:marketplace.gunicorn_conf", "--no-control-socket"]
    return [*gunicorn, "--bind", f"{HOST}:{port}", "--worker-class", "gthread", "--threads", str(threads), "wsgi:app"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(port: int) -> None:
    ends = time.monotonic() + READY_SECONDS
    while True:
        try:
            Visitor(port).get("/readyz")
        except (OSError, RuntimeError):
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return


def _child_of(process: int) -> int:
    """The web process of a gunicorn (Linux)."""
    return int(Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()[0])
