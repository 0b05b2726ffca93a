"""What is announced about identities, authenticators and authorities.

The values are ids: nothing here may hold a number, not even masked, or a secret.
"""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@event("identity.moved")
@dataclass(frozen=True)
class IdentityMoved(Event):
    """An identity was declared, verified, returned, revoked, or ended by its person."""

    identity_id: int
    user_id: int
    action: str

    @property
    def subject(self) -> str:
        """`identity:7`."""
        return f"identity:{self.identity_id}"


@event("identity.read")
@dataclass(frozen=True)
class IdentityRead(Event):
    """A number was decrypted, for its own person."""

    identity_id: int
    user_id: int

    @property
    def subject(self) -> str:
        """`identity:7`."""
        return f"identity:{self.identity_id}"


@event("identity.key_rotated")
@dataclass(frozen=True)
class IdentityKeyRotated(Event):
    """All numbers and secrets of authenticators, so many, were decrypted and encrypted anew under another key."""

    key_id: str
    count: int

    @property
    def subject(self) -> str:
        """`identity_key:2026-11-20-4f2a`."""
        return f"identity_key:{self.key_id}"


@event("authenticator.moved")
@dataclass(frozen=True)
class AuthenticatorMoved(Event):
    """An authenticator was begun, confirmed, removed by its person, or taken away by an administrator."""

    authenticator_id: int
    user_id: int
    action: str

    @property
    def subject(self) -> str:
        """`authenticator:7`."""
        return f"authenticator:{self.authenticator_id}"


@event("authority.moved")
@dataclass(frozen=True)
class AuthorityMoved(Event):
    """An authority to sign was recorded, verified, refused or revoked."""

    authority_id: int
    organisation_id: int
    user_id: int
    action: str

    @property
    def subject(self) -> str:
        """`authority:7`."""
        return f"authority:{self.authority_id}"
