"""Files that were fetched at set-up and lie beside our own static ones; a page does without them where they are missing."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import current_app, url_for

FOLDER = "fetched"


def fetched_url(name: str) -> str | None:
    """The address of a fetched file, with the hash of its content so that no cache holds an older one; None without the file."""
    path = Path(current_app.static_folder or "") / FOLDER / name
    return (
        url_for("static", filename=f"{FOLDER}/{name}", v=_sha256(path, path.stat().st_mtime_ns))
        if path.is_file()
        else None
    )


@lru_cache
def _sha256(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
