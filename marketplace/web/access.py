"""Default deny: every route says who may call it, and start-up fails on one that does not."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask

from marketplace.kernel.errors import NotFound, SignInRequired
from marketplace.kernel.messages import N_
from marketplace.kernel.permissions import Actor
from marketplace.web.context import current_actor

P = ParamSpec("P")
T = TypeVar("T")
Check = Callable[[Actor], bool]

_DECLARED = "__declares_access__"


def signed_in(actor: Actor) -> bool:
    """Any person."""
    return actor.is_signed_in


def official(actor: Actor) -> bool:
    """An official of the city or a county."""
    return actor.is_official


def city_official(actor: Actor) -> bool:
    """An official of the city."""
    return actor.is_city_official


def administrator(actor: Actor) -> bool:
    """Who runs the platform."""
    return actor.is_administrator


def public(view: Callable[P, T]) -> Callable[P, T]:
    """Everybody may call this route; what it shows is up to the queries."""
    setattr(view, _DECLARED, True)
    return view


def requires(check: Check) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Only actors that pass `check`: a visitor is asked to sign in, anybody else learns nothing (404)."""

    def decorate(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            actor = current_actor()
            if not actor.is_signed_in:
                raise SignInRequired(N_("Please sign in first."))
            if not check(actor):
                raise NotFound(N_("There is no such page."))
            return view(*args, **kwargs)

        setattr(guarded, _DECLARED, True)
        return guarded

    return decorate


def check_every_route(app: Flask) -> None:
    """Raise RuntimeError naming the routes that declare nothing."""
    foreign = {"static", "bootstrap.static"}
    silent = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint not in foreign and not hasattr(view, _DECLARED)
    ]
    if silent:
        raise RuntimeError(f"routes without @public or @requires: {', '.join(sorted(silent))}")
