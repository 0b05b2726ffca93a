"""The facts digests hand to the outbox."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("digest.made")
@dataclass(frozen=True)
class DigestMade(Event):
    """An official is to have the digest of a week. Passed on to the handlers, not audited."""

    digest_id: int

    @property
    def subject(self) -> str:
        """`digest:7`."""
        return f"digest:{self.digest_id}"
