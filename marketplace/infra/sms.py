"""Text messages: the port a provider would fill. None is connected, and pages say so instead of promising a message."""

from typing import Protocol


class SmsSender(Protocol):
    """Sends one text message to a mainland mobile number, or raises OSError, and the outbox tries again."""

    def send(self, mobile: str, text: str) -> None: ...
