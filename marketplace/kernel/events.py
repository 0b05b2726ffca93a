"""Facts that a feature announces: frozen dataclasses of plain values, written with the change they tell of.

An event must survive JSON: ids, strings, numbers, None, ISO dates. It never holds personal text, for it is audited.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True)
class Event:
    """Base of all events. `name` is stored; `subject` names the object it is about, as `kind:id`."""

    name: ClassVar[str]

    @property
    def subject(self) -> str:
        """`kind:id` of the object, for the audit log."""
        raise NotImplementedError

    def payload(self) -> dict[str, Any]:
        """What is stored in the outbox and in the audit log."""
        return asdict(self)


REGISTRY: dict[str, type[Event]] = {}
E = TypeVar("E", bound=type[Event])


def event(name: str) -> Callable[[E], E]:
    """Register an event class under its stored name, which never changes once rows exist."""

    def register(cls: E) -> E:
        if name in REGISTRY:
            raise ValueError(f"event {name} is declared twice")
        cls.name = name
        REGISTRY[name] = cls
        return cls

    return register


def revive(name: str, payload: dict[str, Any]) -> Event:
    """The event of a stored row. Raises KeyError for a name nobody declares any more."""
    return REGISTRY[name](**payload)
