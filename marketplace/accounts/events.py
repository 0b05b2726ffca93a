"""What is announced about people. The values are ids: nothing here may hold a name or contact."""

from dataclasses import dataclass

from marketplace.kernel.events import Event, event


@dataclass(frozen=True)
class _OfUser(Event):
    user_id: int

    @property
    def subject(self) -> str:
        """`user:7`."""
        return f"user:{self.user_id}"


@event("user.registered")
@dataclass(frozen=True)
class UserRegistered(_OfUser):
    """Somebody opened an account."""


@event("user.contact_verified")
@dataclass(frozen=True)
class ContactVerified(_OfUser):
    """A code proved a contact."""

    channel: str


@event("user.signed_in")
@dataclass(frozen=True)
class SignedIn(_OfUser):
    """A sign-in was opened."""

    sign_in_id: int


@event("user.signed_out")
@dataclass(frozen=True)
class SignedOut(_OfUser):
    """Sign-ins were revoked."""

    count: int


@event("user.password_set")
@dataclass(frozen=True)
class PasswordSet(_OfUser):
    """The password was changed."""


@event("user.consented")
@dataclass(frozen=True)
class Consented(_OfUser):
    """Consent to one version of a text."""

    document: str
    version: str


@event("user.consent_withdrawn")
@dataclass(frozen=True)
class ConsentWithdrawn(_OfUser):
    """Consent to one version of a text was taken back."""

    document: str
    version: str


@event("user.office_changed")
@dataclass(frozen=True)
class OfficeChanged(_OfUser):
    """An office was given or revoked."""

    office: str
    county: str | None
    given: bool


@event("user.code_issued")
@dataclass(frozen=True)
class CodeIssued(_OfUser):
    """A code waits to be sent."""

    code_id: int


@event("user.profile_changed")
@dataclass(frozen=True)
class ProfileChanged(_OfUser):
    """Name, contact, county, language or recommendation was changed; `fields` are their names."""

    fields: tuple[str, ...]


@event("user.state_changed")
@dataclass(frozen=True)
class UserStateChanged(_OfUser):
    """The account was disabled or enabled."""

    state: str
