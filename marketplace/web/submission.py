"""Hands a form that was sent to a use case; what the use case refuses goes back into the form, nothing typed is lost."""

from collections.abc import Callable
from typing import TypeVar

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.web.context import writing
from marketplace.web.forms import Form

T = TypeVar("T")


def submitted(form: Form, use_case: Callable[[UnitOfWork], T]) -> T | None:
    """What the use case returns once its change is committed, or None: not sent yet, not valid, or refused."""
    if not form.validate_on_submit():
        return None
    try:
        with writing() as uow:
            return use_case(uow)
    except InvalidInput as error:
        form.refuse(error)
        return None
