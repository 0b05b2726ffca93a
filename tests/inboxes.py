"""What everybody of the tests has been told, and how to make something happen."""

from sqlalchemy import select

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.events import Event
from marketplace.kernel.permissions import Actor
from marketplace.notifications.models import Notification
from tests.personas import People


def happen(factory: UnitOfWorkFactory, actor: Actor | None, *events: Event) -> None:
    with factory.writing(actor) if actor else factory.writing() as uow:
        for event in events:
            uow.emit(event)


def told(factory: UnitOfWorkFactory, people: People) -> dict[str, list[tuple[str, str]]]:
    """For each person of the tests who was told something: (message, url) in order."""
    names = {
        getattr(people, name).user_id: name
        for name in people.__annotations__
        if hasattr(getattr(people, name), "user_id")
    }
    found: dict[str, list[tuple[str, str]]] = {}
    with factory.reading() as uow:
        for row in uow.session.scalars(select(Notification).order_by(Notification.id)):
            found.setdefault(names[row.user_id], []).append((row.message % row.params, row.url))
    return found


def those(factory: UnitOfWorkFactory, people: People) -> set[str]:
    return set(told(factory, people))
