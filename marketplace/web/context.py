"""What a view reaches: the actor of the request, and units of work that act for him."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from flask import current_app, has_request_context
from flask_login import current_user

from marketplace.infra.unit_of_work import UnitOfWork, UnitOfWorkFactory
from marketplace.infra.worker import Worker
from marketplace.kernel.permissions import VISITOR, Actor
from marketplace.settings import Settings

EXTENSION = "jiangguo"


@dataclass
class Runtime:
    """What the composition root hangs on the Flask app."""

    settings: Settings
    factory: UnitOfWorkFactory
    worker: Worker


def runtime() -> Runtime:
    """The runtime of the current app."""
    return cast(Runtime, current_app.extensions[EXTENSION])


def current_actor() -> Actor:
    """Whoever makes this request."""
    if not has_request_context():
        return VISITOR
    return cast(Actor, getattr(current_user, "actor", VISITOR))


@contextmanager
def reading() -> Iterator[UnitOfWork]:
    """A view of the database for the current actor, at the request's clock."""
    with runtime().factory.reading(current_actor()) as uow:
        yield uow


@contextmanager
def writing() -> Iterator[UnitOfWork]:
    """A transaction for the current actor; commits at the end of the block, rolls back when it raises."""
    with runtime().factory.writing(current_actor()) as uow:
        yield uow
