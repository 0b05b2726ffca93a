"""Mail goes out whole, in Chinese, by the way the settings name."""

import email
import email.policy
import io
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pytest

from marketplace.infra.mail import ConsoleMailer, Mail, SmtpMailer, build

CODE = Mail("zhang@example.com", "您的验证码", "验证码是 123456，十分钟内有效。\n.\n如非本人操作，请忽略。")


@dataclass(frozen=True)
class Chosen:
    mail_url: str
    mail_from: str = "匠果 <no-reply@jiangguo.example>"


class Server(socketserver.ThreadingTCPServer):
    """A mail server that says yes to everything and keeps what it is given."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.received: list[bytes] = []
        self.recipients: list[str] = []
        self.refuses = False

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast(Server, self.server)
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            command = line.strip().upper()
            if command.startswith(b"RCPT"):
                server.recipients.append(line.decode().partition(":")[2].split()[0])
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                server.received.append(self._data())
            if command == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"550 no\r\n" if server.refuses and command.startswith(b"RCPT") else b"250 ok\r\n")

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def test_a_mail_arrives_as_it_was_written(server: Server) -> None:
    build(Chosen(f"smtp://127.0.0.1:{server.port}")).send(CODE)
    message = email.message_from_bytes(server.received[0], policy=email.policy.default)
    assert server.recipients == ["<zhang@example.com>"]
    assert (message["To"], message["Subject"]) == (CODE.to, CODE.subject)
    assert message["From"] == "匠果 <no-reply@jiangguo.example>"
    assert message["Date"]
    assert message["Message-ID"].endswith("@jiangguo.example>")
    assert message.get_content().splitlines() == CODE.text.splitlines()


def test_a_mail_may_carry_headers_of_its_own(server: Server) -> None:
    link = "<https://jiangguo.example/alerts/one-click/" + "x" * 200 + ">"
    mail = Mail("zhang@example.com", "新的匹配", "内容", {"List-Unsubscribe": link})
    build(Chosen(f"smtp://127.0.0.1:{server.port}")).send(mail)
    received = email.message_from_bytes(server.received[0], policy=email.policy.default)
    assert received["List-Unsubscribe"].replace(" ", "") == link
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        build(Chosen(f"smtp://127.0.0.1:{server.port}")).send(Mail("a@b.c", "x", "y", {"X-A": "1\nBcc: z@b.c"}))


def test_a_refusal_is_raised_so_that_the_outbox_tries_again(server: Server) -> None:
    server.refuses = True
    with pytest.raises(OSError, match="550"):
        build(Chosen(f"smtp://127.0.0.1:{server.port}")).send(CODE)


def test_a_server_that_offers_no_encryption_gets_no_password(server: Server) -> None:
    with pytest.raises(OSError, match="STARTTLS"):
        build(Chosen(f"smtp://user:secret@127.0.0.1:{server.port}?tls=1")).send(CODE)
    assert server.received == []


@pytest.mark.parametrize(
    "mail",
    [Mail("a@example.com\nBcc: b@example.com", "Hello", ""), Mail("a@example.com", "Hello\r\nBcc: b@example.com", "")],
)
def test_no_header_can_be_smuggled_in(server: Server, mail: Mail) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        build(Chosen(f"smtp://127.0.0.1:{server.port}")).send(mail)
    assert server.received == []


def test_the_console_shows_the_mail() -> None:
    out = io.StringIO()
    ConsoleMailer(out).send(CODE)
    assert all(part in out.getvalue() for part in (CODE.to, CODE.subject, "123456"))


def test_the_console_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    build(Chosen("console:")).send(CODE)
    assert "123456" in capsys.readouterr().out


SENDER = Chosen("").mail_from


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail", SmtpMailer("mail", 25, SENDER)),
        ("smtp://mail?tls=1", SmtpMailer("mail", 587, SENDER, starttls=True)),
        ("smtps://u%40x:p%2Fw@mail", SmtpMailer("mail", 465, SENDER, "u@x", "p/w", tls=True)),
        ("smtp://u:p@mail:2525?tls=0", SmtpMailer("mail", 2525, SENDER, "u", "p")),
    ],
)
def test_the_address_says_how(url: str, expected: SmtpMailer) -> None:
    assert build(Chosen(url)) == expected


@pytest.mark.parametrize("url", ["", "smtp:", "http://mail", "smtp://mail:port"])
def test_a_wrong_address_shows_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match=r"mail_url|[Pp]ort"):
        build(Chosen(url))
