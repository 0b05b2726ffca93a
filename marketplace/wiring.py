"""Which handler hears which event, and what runs on a schedule: the one table to read when asking "what happens then?"."""

from collections.abc import Mapping
from datetime import timedelta

from marketplace.accounts.handlers import send_codes
from marketplace.infra.worker import Handler, Task
from marketplace.needs import service as needs
from marketplace.organisations.handlers import make_parties
from marketplace.results import service as results

HANDLERS: Mapping[str, Handler] = {
    "accounts.send_codes": send_codes,
    "organisations.make_parties": make_parties,
}
"""Handlers by the name stored in the outbox; a name never changes while rows may exist."""

SUBSCRIBERS: Mapping[str, tuple[str, ...]] = {
    "user.code_issued": ("accounts.send_codes",),
    "user.registered": ("organisations.make_parties",),
}
"""Event name -> names of the handlers that hear it."""

BATCH_SIZES: Mapping[str, int] = {}
"""Handlers that like many events at once."""

SCHEDULE: tuple[Task, ...] = (
    Task("results.pass_silent_owners", timedelta(hours=1), results.pass_silent_owners),
    Task("results.mark_stale", timedelta(hours=1), results.mark_stale),
    Task("results.expire_stale", timedelta(hours=1), results.expire_stale),
    Task("needs.expire_due", timedelta(hours=1), needs.expire_due),
)
"""What the worker runs every so often."""
