"""Hands a form that was sent to a use case; what the use case refuses goes back into the form, nothing typed is lost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.web.context import reading, writing
from marketplace.web.forms import Form

T = TypeVar("T")


def submitted(form: Form, use_case: Callable[[UnitOfWork], T]) -> T | None:
    """What the use case returns once its change is committed, or None: not sent yet, not valid, or refused."""
    return _handed_over(form, writing, use_case)


def looked_up(form: Form, query: Callable[[UnitOfWork], T]) -> T | None:
    """The same for a form that only asks for something: nothing is written."""
    return _handed_over(form, reading, query)


def _handed_over(
    form: Form, unit: Callable[[], AbstractContextManager[UnitOfWork]], what: Callable[[UnitOfWork], T]
) -> T | None:
    if not form.validate_on_submit():
        return None
    try:
        with unit() as uow:
            return what(uow)
    except InvalidInput as error:
        form.refuse(error)
        return None
