"""Follows what the processor has told: asks it outside any transaction what is true now, then brings the deal up to that."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from marketplace.deals.online_service import follow
from marketplace.infra.processor import PaymentFacts
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.infra.uploads import Kept
from marketplace.infra.worker import Survey
from marketplace.kernel.events import Event
from marketplace.online.accounts import processor_of
from marketplace.online.events import ProcessorTold
from marketplace.online.inbox import settle
from marketplace.online.models import ProcessorEvent
from marketplace.online.rules import Outcome


@dataclass(frozen=True)
class Seen:
    """An event that was stored, and what the processor says now of the payment it is about; None where it began elsewhere."""

    event_id: int
    facts: PaymentFacts | None


def _look(uow: UnitOfWork, events: Sequence[Event]) -> list[Seen]:
    """Raises OSError when the processor cannot be reached, and the outbox asks again."""
    seen = []
    for event in events:
        told = uow.session.get_one(ProcessorEvent, event.event_id) if isinstance(event, ProcessorTold) else None
        if told is not None and told.outcome is Outcome.WAITING and not told.kind.startswith("account."):
            # What is about the platform's own account, or no payment, did not begin here.
            is_payment = told.account and (told.session_id or told.intent_id)
            ask = processor_of(uow).payment
            seen.append(Seen(told.id, ask(told.account, told.session_id, told.intent_id) if is_payment else None))
    return seen


def _note(uow: UnitOfWork, seen: list[Seen]) -> None:
    for one in seen:
        told = uow.session.get(ProcessorEvent, one.event_id, with_for_update=True, populate_existing=True)
        if told is None or told.outcome is not Outcome.WAITING:
            continue  # Another worker was faster with it.
        if one.facts is None:
            settle(uow, told, Outcome.NOT_OURS)
        else:
            settle(uow, told, *follow(uow, told.account, one.facts, partial(_voucher, uow, told)))


def _voucher(uow: UnitOfWork, told: ProcessorEvent) -> Kept:
    """The event as it came is kept like the voucher of a bank; twice the same is one file."""
    content = told.body.encode()
    stored = uow.services.files.save(io.BytesIO(content), len(content))
    return Kept("application/json", stored.sha256, stored.size, f"{told.event_id}.json"[-200:])


FOLLOWER: Survey[list[Seen]] = Survey(_look, _note)
