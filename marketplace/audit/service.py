"""Appends to the audit chain and verifies it."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditHead, AuditRow
from marketplace.kernel.events import Event
from marketplace.kernel.permissions import Actor

GENESIS = "0" * 64
PAGE = 1000

_SALT_BYTES = 16


class Recorded(NamedTuple):
    """A row that is read: as a mapped object it would take three times as long, and the chain is read as a whole."""

    id: int
    at: datetime
    actor_id: int | None
    action: str
    object: str
    payload: dict[str, Any]
    salt: str | None
    prev_hash: str
    hash: str


def record(session: Session, actor: Actor, at: datetime, events: Sequence[Event]) -> None:
    """Append one row per event. Called by the unit of work as its last step: the head row is locked from here to commit."""
    if not events:
        return
    head = _locked_head(session)
    for event in events:
        row = AuditRow(
            id=head.last_id + 1,
            at=at,
            actor_id=actor.user_id,
            action=event.name,
            object=event.subject,
            payload=event.payload(),
            salt=secrets.token_hex(_SALT_BYTES),
            prev_hash=head.last_hash,
        )
        row.hash = digest(row)
        session.add(row)
        head.last_id, head.last_hash = row.id, row.hash
    session.flush()


def _locked_head(session: Session) -> AuditHead:
    """The head, locked until commit. Of two that append the very first row at once, one makes it and the other waits."""
    head = session.get(AuditHead, 1, with_for_update=True)
    if head is None:
        with suppress(IntegrityError), session.begin_nested():
            session.add(AuditHead(id=1, last_id=0, last_hash=GENESIS))
        head = session.get_one(AuditHead, 1, with_for_update=True)
    return head


def digest(row: AuditRow | Recorded) -> str:
    """SHA-256 over the hash before and the hash of the content, as bytes; a row without a salt is hashed as a whole."""
    if row.salt is None:
        return _hash([*_facts(row), row.prev_hash])
    return hashlib.sha256(bytes.fromhex(row.prev_hash) + bytes.fromhex(content_hash(row))).hexdigest()


def content_hash(row: AuditRow | Recorded) -> str:
    """SHA-256 over the canonical JSON of every column but both hashes. With it alone the chain can be walked past a salted row
    that is not to be read."""
    return _hash([*_facts(row), row.salt])


def _facts(row: AuditRow | Recorded) -> list[Any]:
    return [row.id, row.at.astimezone(UTC).isoformat(), row.actor_id, row.action, row.object, row.payload]


def _hash(columns: list[Any]) -> str:
    return hashlib.sha256(json.dumps(columns, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def verify(session: Session) -> int | None:
    """The id of the first row that does not fit its place in the chain, or None when all do."""
    expected_id, prev_hash = 1, GENESIS
    for row in rows_from(session, 1):
        if row.id != expected_id or row.prev_hash != prev_hash or row.hash != digest(row):
            return expected_id
        expected_id, prev_hash = row.id + 1, row.hash
    head = session.get(AuditHead, 1)
    last = (head.last_id, head.last_hash) if head else (0, GENESIS)
    return None if last == (expected_id - 1, prev_hash) else expected_id


def rows_from(session: Session, first_id: int) -> Iterator[Recorded]:
    """Every row from that one on in order, a page at a time: the chain may be long, and whoever stops leaves no cursor open."""
    last_id = first_id - 1
    wanted = select(*(getattr(AuditRow, name) for name in Recorded._fields)).order_by(AuditRow.id).limit(PAGE)
    while page := session.execute(wanted.where(AuditRow.id > last_id)).all():
        yield from (Recorded(*row) for row in page)
        last_id = page[-1].id
