"""Keeps the columns of the frozen figures that were asked for last. Frozen rows never change: their hash stands for them."""

import threading
from collections import OrderedDict

from sqlalchemy.orm import Session

from marketplace.statistics.columns import Columns, columns_of_rows
from marketplace.statistics.definitions import VERSIONS
from marketplace.statistics.freezing import frozen_rows
from marketplace.statistics.models import SnapshotFigure

MOST = 32
"""Figures that are kept: those of two snapshots. One of a large city takes a few megabytes."""

_KEPT: "OrderedDict[tuple[str, str, int], Columns]" = OrderedDict()
_LOCK = threading.Lock()


def frozen_columns(session: Session, frozen: SnapshotFigure) -> Columns:
    """The rows of a frozen figure as columns."""
    key = frozen.rows_sha256, frozen.code.value, frozen.version  # No rows have one hash, whatever the figure.
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
    definition = VERSIONS[frozen.code, frozen.version]
    columns = columns_of_rows(definition.dimensions, frozen_rows(session, frozen.snapshot_id, frozen.code))
    with _LOCK:
        _KEPT[key] = columns
        while len(_KEPT) > MOST:
            _KEPT.popitem(last=False)
    return columns
