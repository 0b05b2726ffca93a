"""A time-stamp authority on loopback: OpenSSL answers over HTTP, as RFC 3161 says, and knows nothing of the code."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import parser
from asn1crypto.tsp import PKIStatusInfo, TimeStampReq

from marketplace.infra import timestamps
from marketplace.infra.unit_of_work import UnitOfWorkFactory

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/root.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamps]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""


@dataclass
class Stamping:
    """Its root, its address, what it was asked (DER), and whether it answers."""

    folder: Path
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    is_open: bool = True
    answers: bytes | None = None
    """What it says instead of a time stamp."""
    makes: Callable[[TimeStampReq], bytes] | None = None
    """Makes the token (DER) instead of OpenSSL, if it is to be another one."""
    asked_instead: bytes | None = None
    """The SHA-256 that it stamps instead of the one it is asked for."""

    @property
    def root(self) -> Path:
        """Its root certificate (PEM)."""
        return self.folder / "root.pem"

    def found(self) -> None:
        """Make its root, and a certificate that is for time stamps alone."""
        (self.folder / "conf").write_text(CONFIG.format(folder=self.folder))
        (self.folder / "serial").write_text("01\n")
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650")
        self._openssl(
            "req",
            "-x509",
            *key,
            "-keyout",
            "root.key",
            "-out",
            "root.pem",
            "-subj",
            "/CN=Root of stamps",
            extensions="root",
        )
        self._openssl("req", *key[:-2], "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Stamps of the city")
        signing = ("-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "3650")
        self._run("x509", "-req", *signing, "-out", "tsa.pem", "-extfile", "conf", "-extensions", "stamps")

    def answer(self, query: bytes) -> bytes:
        """The response to a request, both DER."""
        self.asked.append(query)
        if self.answers is not None:
            return self.answers
        if self.makes is not None:
            granted = PKIStatusInfo({"status": "granted"}).dump()
            return bytes(parser.emit(0, 1, 16, granted + self.makes(TimeStampReq.load(query))))
        if self.asked_instead is not None:
            query = query.replace(
                TimeStampReq.load(query)["message_imprint"]["hashed_message"].native, self.asked_instead
            )
        (self.folder / "query").write_bytes(query)
        self._run("ts", "-reply", "-config", "conf", "-section", "one", "-queryfile", "query", "-out", "reply")
        return (self.folder / "reply").read_bytes()

    def _openssl(self, command: str, *arguments: str, extensions: str = "") -> None:
        more = ("-extensions", extensions) if extensions else ()
        self._run(command, "-config", "conf", *arguments, *more)

    def _run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


def asked(factory: UnitOfWorkFactory, house: Stamping) -> None:
    """Set the service to ask this authority."""
    more = {"timestamp_url": house.url, "timestamp_root": house.root}
    settings = factory.services.settings.model_copy(update=more)
    factory.services = replace(factory.services, stamps=timestamps.build(settings))


@contextmanager
def stamping(folder: Path) -> Iterator[Stamping]:
    """The authority, answering until the block ends."""
    folder.mkdir()
    house = Stamping(folder)
    house.found()

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if not house.is_open:
                self.send_error(503)
                return
            reply = house.answer(query)
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    house.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield house
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
