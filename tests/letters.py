"""Mail that a test can read, and the code in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from marketplace.infra.mail import Mail
from marketplace.infra.unit_of_work import UnitOfWorkFactory


@dataclass
class Letterbox:
    """A mailer that keeps what it is given; `read` runs the outbox first, as the worker would."""

    drain: Callable[[], int]
    mails: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        """Keep the mail."""
        self.mails.append(mail)

    def read(self) -> list[Mail]:
        """Everything that has been sent so far."""
        self.drain()
        return self.mails

    def code(self, to: str) -> str:
        """The six digits of the newest mail to an address."""
        newest = [mail for mail in self.read() if mail.to == to][-1]
        found = re.search(r"^ {4}(\d{6})$", newest.text, re.MULTILINE)
        assert found, newest.text
        return found.group(1)


@pytest.fixture
def letters(factory: UnitOfWorkFactory, drain: Callable[[], int]) -> Letterbox:
    """The mail of this test."""
    box = Letterbox(drain)
    factory.services.mailer = box
    return box
