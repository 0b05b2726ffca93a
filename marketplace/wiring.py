"""Which handler hears which event, and what runs on a schedule: the one table to read when asking "what happens then?"."""

from collections.abc import Mapping

from marketplace.infra.worker import Handler, Task

HANDLERS: Mapping[str, Handler] = {}
"""Handlers by the name stored in the outbox; a name never changes while rows may exist."""

SUBSCRIBERS: Mapping[str, tuple[str, ...]] = {}
"""Event name -> names of the handlers that hear it."""

BATCH_SIZES: Mapping[str, int] = {}
"""Handlers that like many events at once."""

SCHEDULE: tuple[Task, ...] = ()
"""What the worker runs every so often."""
