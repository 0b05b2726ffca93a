"""What can go wrong, once for the whole house.

    DomainError            message (a msgid), params; the web layer maps each class to one HTTP status
    ├── InvalidInput       422  what was typed cannot be taken; `fields` names the places
    ├── NotFound           404  it is not there, or one may not know that it is
    ├── NotPermitted       403  one may know it, but not do this
    ├── SignInRequired     401  a visitor must sign in first
    ├── Conflict           409  somebody else was faster, or the state does not allow it
    ├── TooManyAttempts    429  throttled; `retry_after` in seconds
    └── TooLarge           413  more bytes than the limit

The message is a msgid in English with %(name)s placeholders; it says what happened and what to do.
"""

from collections.abc import Mapping


class DomainError(Exception):
    """A refusal that a person can understand."""

    status = 400

    def __init__(self, message: str, /, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params

    def __str__(self) -> str:
        return self.message % self.params if self.params else self.message


class InvalidInput(DomainError):
    """What was typed cannot be taken; `field` names the place, `fields` all the places with a message each."""

    status = 422

    def __init__(
        self, message: str, /, field: str | None = None, fields: Mapping[str, str] | None = None, **params: object
    ) -> None:
        super().__init__(message, **params)
        self.fields: dict[str, str] = dict(fields or ({field: message} if field else {}))


class NotFound(DomainError):
    """It is not there, or the actor may not know that it is."""

    status = 404


class NotPermitted(DomainError):
    """The actor may see the object but not do this with it."""

    status = 403


class SignInRequired(DomainError):
    """A visitor must sign in first."""

    status = 401


class Conflict(DomainError):
    """Somebody else was faster, or the state does not allow it."""

    status = 409


class TooManyAttempts(DomainError):
    """Throttled; `retry_after` in seconds."""

    status = 429

    def __init__(self, message: str, /, retry_after: int, **params: object) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class TooLarge(DomainError):
    """More bytes than the limit."""

    status = 413
