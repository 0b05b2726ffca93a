"""One organisation per name and per credit code: asked before writing, and held by unique indexes when two ask at once."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_
from marketplace.organisations.models import Organisation

NAME_TAKEN = N_("An organisation of this name is registered already. Open its page and ask to be admitted.")
CODE_TAKEN = N_("An organisation with this credit code is registered already. Find it and ask to be admitted.")


def known_by(uow: UnitOfWork, name_key: str) -> Organisation | None:
    """The organisation of this name."""
    return uow.session.scalar(select(Organisation).where(Organisation.name_key == name_key))


def require_free_name(uow: UnitOfWork, name_key: str, but: int) -> None:
    """Raise InvalidInput when another organisation has the name."""
    other = known_by(uow, name_key)
    if other is not None and other.id != but:
        raise InvalidInput(NAME_TAKEN, field="name")


def require_free_code(uow: UnitOfWork, code: str, but: int | None) -> None:
    """Raise InvalidInput when another organisation has the credit code."""
    found = uow.session.scalar(select(Organisation.id).where(Organisation.credit_code == code))
    if found not in {None, but}:
        raise InvalidInput(CODE_TAKEN, field="credit_code")


def taken(error: IntegrityError) -> InvalidInput:
    """What to say when somebody else's transaction was faster."""
    if "credit_code" in str(error.orig):
        return InvalidInput(CODE_TAKEN, field="credit_code")
    return InvalidInput(NAME_TAKEN, field="name")
