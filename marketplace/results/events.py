"""What is announced about the people named in a result."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@dataclass(frozen=True)
class _OfContributor(Event):
    result_id: int
    user_id: int

    @property
    def subject(self) -> str:
        """`result:7`."""
        return f"result:{self.result_id}"


@event("result.contributor_named")
@dataclass(frozen=True)
class ContributorNamed(_OfContributor):
    """A person was named as a contributor and is asked whether he agrees."""


@event("result.contributor_answered")
@dataclass(frozen=True)
class ContributorAnswered(_OfContributor):
    """The person agreed to be named, or had his name taken off."""

    agreed: bool
