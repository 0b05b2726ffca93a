"""The small forms of a page that has many, one of which may have been refused: it is shown as it was sent, the others anew."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from marketplace.web.forms import Form


class Refused(NamedTuple):
    """A small form of a page that was not taken, and what it was for."""

    purpose: str
    form: Form


F = TypeVar("F", bound=Form)


def forms_for(kind: type[F], refused: Refused | None = None) -> Callable[[str], F]:
    """Makes the small forms of one page by their purpose, each with ids of its own; a refused one is shown as it was sent."""
    sent: dict[str, F] = {}
    if refused is not None and isinstance(refused.form, kind):
        # Named at once: what lists its errors may stand above it on the page.
        sent[refused.purpose] = _named(refused.form, refused.purpose)

    def of(purpose: str) -> F:
        return sent.get(purpose) or _named(kind(formdata=None), purpose)

    return of


def _named(form: F, purpose: str) -> F:
    for field in form:
        field.id = f"{field.short_name}-{purpose}"
    return form
