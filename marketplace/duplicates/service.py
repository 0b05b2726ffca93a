"""Use cases of duplicates: an official says that two records are one contract, or that they are two."""

from marketplace.duplicates.finding import announce
from marketplace.duplicates.models import Duplicate
from marketplace.duplicates.policy import relations
from marketplace.duplicates.rules import DUPLICATE_STATES, LONGEST_REASON, Record, RecordKind, may_count
from marketplace.duplicates.sources import SOURCES, record_of
from marketplace.infra.transitions import advance
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import Conflict, InvalidInput, NotFound
from marketplace.kernel.messages import N_
from marketplace.kernel.states import Relation
from marketplace.kernel.texts import required

NOT_SIGNED = N_("This contract is not signed yet, and may still be declined. Confirm once it is signed.")


def name_of(record: Record) -> str:
    """The name of a record, such as `deal:7`."""
    return f"{record.kind.value}:{record.id}"


def confirm(uow: UnitOfWork, duplicate_id: int, standing: str, reason: str) -> Duplicate:
    """They are one contract, as `reason` says; `standing` (such as `deal:7`) is the record that counts: a contract only once it
    is in force.

    A row of the offline ledger that does not count is booked off. A contract here is never booked off by this: it is in force
    between its parties until they end it, so it is recorded as counted twice and shown apart until then.
    Raises NotFound, Conflict when one of the two no longer stands, InvalidInput; emits DuplicateMoved.
    """
    row, held = _locked(uow, duplicate_id)
    DUPLICATE_STATES.require("confirm", row.state, held)
    first, second = (_standing(uow, one) for one in ((row.first_kind, row.first_id), (row.second_kind, row.second_id)))
    kept, other = (first, second) if standing == name_of(first) else (second, first)
    if standing != name_of(kept) or (kept is second and first.kind is not second.kind):
        raise InvalidInput(N_("Say which of the two counts."), field="standing")
    if kept not in may_count(first, second):
        raise InvalidInput(NOT_SIGNED, field="standing")
    said = row.reason = required(reason, "note", LONGEST_REASON)
    settled = {"resolved_by_id": uow.actor.user_id, "resolved_at": uow.now(), "standing": standing}
    advance(uow, DUPLICATE_STATES, row, "confirm", held, said, **settled)
    set_aside = SOURCES[other.kind].set_aside
    if set_aside is not None:
        set_aside(uow, other.id, said, kept)
    announce(uow, row, "confirm")
    return row


def distinguish(uow: UnitOfWork, duplicate_id: int, reason: str) -> Duplicate:
    """They are two contracts, for this reason. Raises NotFound, Conflict, InvalidInput; emits DuplicateMoved."""
    row, held = _locked(uow, duplicate_id)
    DUPLICATE_STATES.require("distinguish", row.state, held)
    said = row.reason = required(reason, "reason", LONGEST_REASON)
    settled = {"resolved_by_id": uow.actor.user_id, "resolved_at": uow.now()}
    advance(uow, DUPLICATE_STATES, row, "distinguish", held, said, **settled)
    announce(uow, row, "distinguish")
    return row


def _locked(uow: UnitOfWork, duplicate_id: int) -> tuple[Duplicate, frozenset[Relation]]:
    row = uow.session.get(Duplicate, duplicate_id, with_for_update=True, populate_existing=True)
    held = relations(uow.session, uow.actor, row) if row is not None else frozenset()
    if row is None or not held:
        raise NotFound(N_("There is no such page."))
    return row, held


def _standing(uow: UnitOfWork, named: tuple[RecordKind, int]) -> Record:
    record = record_of(uow.session, *named)
    if record is None or not record.stands:
        raise Conflict(N_("One of the two no longer stands, so there is nothing to settle. Reload the page."))
    return record
