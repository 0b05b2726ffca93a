"""Keeps the columns of each figure in a file, so that a process which starts need not read all rows from the database.

Derived: the folder may be deleted at any time. What is kept is used only where its place in the audit log is still what the log
says, and where the SELECT that it came from is still that of the definition. The arrays are mapped: processes share them.

A file is a line of JSON, and behind it the numbers and the codes of the dimensions, a column after the other. It is opened once
and put in place as a whole, so that nobody sees half of one and half of another.
"""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditRow
from marketplace.statistics.columns import Coded, Columns
from marketplace.statistics.definition import Definition
from marketplace.statistics.reading import numbered
from marketplace.statistics.rules import Dimension

LAYOUT = 2
"""Raised when the files are laid out in another way."""

UNFINISHED_SECONDS = 3600
"""What somebody has not finished for so long was left behind."""

_ENDING, _UNFINISHED = ".columns", ".part"
_ALIGNED = 64
_NUMBER, _CODE = np.dtype(np.int64), np.dtype(np.int32)


def save(folder: Path, session: Session, definition: Definition, audited: int, columns: Columns) -> None:
    """Keep the columns as they are by the row `audited` of the audit log; a process that reads older ones goes on doing so.

    Raises OSError where there is no room; nothing of it is left then.
    """
    coded = {"": columns.kinds} | {one.value: each for one, each in columns.dimensions.items()}
    facts = {
        "audited": audited,
        "audit_hash": audit_hash(session, audited),
        "rows": len(columns),
        "numbers": list(columns.numbers),
        "values": {name: each.values for name, each in coded.items()},
    }
    with placed(folder / file_name(session, definition)) as file:
        line = json.dumps(facts, ensure_ascii=False).encode()
        file.write(line.ljust(-(-(len(line) + 1) // _ALIGNED) * _ALIGNED - 1) + b"\n")
        for column in (*columns.numbers.values(), *(each.codes for each in coded.values())):
            file.write(np.ascontiguousarray(column).data)


@contextmanager
def placed(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of the one at a path as a whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=_UNFINISHED, dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink()
        raise


def load(folder: Path, session: Session, definition: Definition) -> tuple[int, Columns] | None:
    """What is kept, with its place in the audit log; None where there is nothing, or nothing that holds of this database."""
    with suppress(OSError, ValueError, KeyError), (folder / file_name(session, definition)).open("rb") as file:
        facts = json.loads(file.readline())
        if facts["audit_hash"] == audit_hash(session, facts["audited"]):
            return facts["audited"], _columns(facts, np.memmap(file, np.uint8, "r", file.tell()))
    return None


def sweep(folder: Path, kept: Collection[str]) -> None:
    """Remove the files of definitions that are no longer in force, and what was never finished."""
    over = time.time() - UNFINISHED_SECONDS
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(OSError):
            if (path.suffix == _UNFINISHED and path.stat().st_mtime < over) or (
                path.suffix == _ENDING and path.name not in kept
            ):
                path.unlink()


def file_name(session: Session, definition: Definition) -> str:
    """A name that another definition, SELECT or layout does not have."""
    return _file_name(definition, session.get_bind().dialect)


@lru_cache(
    maxsize=256
)  # To write the SELECT takes ten times as long as to find the file, and it never becomes another.
def _file_name(definition: Definition, dialect: Dialect) -> str:
    sql = str(numbered(definition).compile(dialect=dialect))
    told = hashlib.sha256(f"{LAYOUT}\n{definition.fingerprint}\n{sql}".encode()).hexdigest()
    return f"{definition.code.value}-{definition.version}-{told[:16]}{_ENDING}"


def _columns(facts: Mapping[str, Any], content: Any) -> Columns:
    rows, names, values = facts["rows"], facts["numbers"], facts["values"]
    of_numbers, of_codes = rows * len(names) * _NUMBER.itemsize, rows * len(values) * _CODE.itemsize
    if len(content) != of_numbers + of_codes:
        raise ValueError("the file is not whole")
    numbers = np.frombuffer(content, _NUMBER, rows * len(names)).reshape(len(names), rows)
    codes = np.frombuffer(content, _CODE, rows * len(values), of_numbers).reshape(len(values), rows)
    coded = {name: Coded(tuple(each), one) for (name, each), one in zip(values.items(), codes, strict=True)}
    kinds = coded.pop("")
    return Columns(kinds, dict(zip(names, numbers, strict=True)), {Dimension(name): one for name, one in coded.items()})


def audit_hash(session: Session, audited: int) -> str:
    """The hash of a row of the audit log, by which a file proves that it is of this database; empty where there is none."""
    row = session.get(AuditRow, audited)
    return row.hash if row else ""
