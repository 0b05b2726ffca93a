"""The audit rows of a deal, and the proof that they stand in the chain: for each row since the first of them the hash of its
content. Rows of others are proved to be there and stay hidden (audit/service.py)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.audit.anchors import Anchor
from marketplace.audit.models import AuditRow
from marketplace.audit.service import GENESIS, content_hash, rows_from
from marketplace.powers.models import SigningPower


@dataclass(frozen=True)
class Stretch:
    """A part of the chain from `first_row` on: the hash before it, the hashes of the contents (32 bytes each), the last hash."""

    first_row: int
    prev_hash: str
    contents: bytes
    last_row: int
    last_hash: str

    def has(self, anchor: Anchor) -> bool:
        """Whether walking the stretch comes past the anchor's row."""
        return self.first_row - 1 <= anchor.row_id <= self.last_row


def events_of(session: Session, deal_id: int, document_ids: Collection[int]) -> list[dict[str, Any]]:
    """Every row about the deal, one of its documents or a written power for one, with all its columns, in order."""
    powers = session.scalars(select(SigningPower.id).where(SigningPower.document_id.in_(document_ids)))
    objects = [f"deal:{deal_id}", *(f"document:{one}" for one in document_ids), *(f"power:{one}" for one in powers)]
    rows = session.scalars(select(AuditRow).where(AuditRow.object.in_(objects)).order_by(AuditRow.id))
    return [_columns(row) for row in rows]


def stretch_from(session: Session, first_id: int) -> Stretch:
    """The chain from that row to its present end. Rows without a salt at its beginning are passed over: to walk past them one
    would have to show what they say."""
    contents, last_row, last_hash = bytearray(), first_id - 1, GENESIS
    first_row, prev_hash = first_id, GENESIS
    for row in rows_from(session, first_id):
        if row.salt is None and not contents:
            first_row, prev_hash = row.id + 1, row.hash
        else:
            prev_hash = prev_hash if contents else row.prev_hash
            contents += bytes.fromhex(content_hash(row))
        last_row, last_hash = row.id, row.hash
    return Stretch(first_row, prev_hash, bytes(contents), last_row, last_hash)


def _columns(row: AuditRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": row.at.astimezone(UTC).isoformat(),
        "actor_id": row.actor_id,
        "action": row.action,
        "object": row.object,
        "payload": row.payload,
        "salt": row.salt,
        "prev_hash": row.prev_hash,
        "hash": row.hash,
    }
