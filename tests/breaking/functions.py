"""Breaks a rule that a function states in Python: the function is written otherwise for as long as a check runs."""

import inspect
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest


def broken(function: Callable[..., Any], right: str, wrong: str) -> Callable[..., Any]:
    """A function with some words of it written otherwise. Raises AssertionError where they do not stand in it just once."""
    text = textwrap.dedent(inspect.getsource(function))
    assert text.count(right) == 1, (function.__qualname__, right)
    made: dict[str, Any] = {}
    # Whatever it names is looked up where the right one looks it up.
    exec(text.replace(right, wrong), vars(sys.modules[function.__module__]), made)
    found: Callable[..., Any] = made[function.__name__]
    return found


def notices(
    patch: pytest.MonkeyPatch, owner: object, name: str, right: str, wrong: str, check: Callable[[], object]
) -> bool:
    """Whether a check fails while a function of a module or class is broken."""
    found = inspect.unwrap(inspect.getattr_static(owner, name))
    with patch.context() as then:
        then.setattr(owner, name, broken(found, right, wrong))
        try:
            check()
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever goes wrong is noticed
            return True
    return False
