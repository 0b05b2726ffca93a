"""Keeps the columns of each figure in files, so that a process which starts need not read all rows from the database.

Derived: the folder may be deleted at any time. What is kept is used only where its place in the audit log is still what the log
says, and where the SELECT that it came from is still that of the definition. The arrays are mapped: processes share them.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.statistics.columns import Coded, Columns
from marketplace.statistics.definition import Definition
from marketplace.statistics.reading import numbered
from marketplace.statistics.rules import Dimension

LAYOUT = 1
"""Raised when the files are laid out in another way."""

_FACTS, _NUMBERS, _CODES = "facts.json", "numbers.npy", "codes.npy"


def save(folder: Path, session: Session, definition: Definition, audited: int, columns: Columns) -> None:
    """Keep the columns as they are by the row `audited` of the audit log; a process that reads older ones goes on doing so."""
    place = folder / _name(session, definition)
    folder.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=folder))
    coded = {"": columns.kinds} | {one.value: each for one, each in columns.dimensions.items()}
    np.save(new / _NUMBERS, np.stack(list(columns.numbers.values())))
    np.save(new / _CODES, np.stack([each.codes for each in coded.values()]))
    facts = {
        "audited": audited,
        "audit_hash": _audit_hash(session, audited),
        "numbers": list(columns.numbers),
        "values": {name: each.values for name, each in coded.items()},
    }
    (new / _FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    _put(new, place)


def load(folder: Path, session: Session, definition: Definition) -> tuple[int, Columns] | None:
    """What is kept, with its place in the audit log; None where there is nothing, or nothing that holds of this database."""
    place = folder / _name(session, definition)
    with suppress(OSError, ValueError, KeyError):
        facts = json.loads((place / _FACTS).read_text(encoding="utf-8"))
        numbers = np.load(place / _NUMBERS, mmap_mode="r", allow_pickle=False)
        codes = np.load(place / _CODES, mmap_mode="r", allow_pickle=False)
        if facts["audit_hash"] == _audit_hash(session, facts["audited"]):
            return facts["audited"], _columns(facts, numbers, codes)
    return None


def _columns(facts: Mapping[str, Any], numbers: Any, codes: Any) -> Columns:
    plain = map(np.asarray, codes)
    coded = {
        name: Coded(tuple(values), one) for (name, values), one in zip(facts["values"].items(), plain, strict=True)
    }
    kinds = coded.pop("")
    dimensions = {Dimension(name): one for name, one in coded.items()}
    return Columns(kinds, dict(zip(facts["numbers"], map(np.asarray, numbers), strict=True)), dimensions)


def _name(session: Session, definition: Definition) -> str:
    """A name that another definition, SELECT or layout does not have."""
    sql = str(numbered(definition).compile(session.get_bind()))
    told = hashlib.sha256(f"{LAYOUT}\n{definition.fingerprint}\n{sql}".encode()).hexdigest()
    return f"{definition.code.value}-{definition.version}-{told[:16]}"


def _audit_hash(session: Session, audited: int) -> str:
    row = session.get(AuditRow, audited)
    return row.hash if row else ""


def _put(new: Path, place: Path) -> None:
    """Take the place of what is there. Whoever has the old files mapped keeps them until he lets go."""
    old = Path(tempfile.mkdtemp(prefix=".old-", dir=place.parent))
    with suppress(FileNotFoundError):
        place.rename(old / place.name)
    try:
        new.rename(place)
    except OSError:  # Another process was quicker; what it keeps is as good.
        shutil.rmtree(new)
    shutil.rmtree(old)
