"""How much memory a process takes (Linux)."""

import os
from pathlib import Path


def private_megabytes(process: int | None = None) -> float:
    """What is this process's alone and cannot be dropped, in MB.

    Not the pages of the mapped index: they are the cache of its files, shared by all processes, and yield when memory is short.
    """
    return _sum_of("Private_Dirty:", process)


def mapped_megabytes(process: int | None = None) -> float:
    """Unchanged pages of mapped files that no other process looks at just now, in MB."""
    return _sum_of("Private_Clean:", process)


def _sum_of(name: str, process: int | None) -> float:
    lines = Path(f"/proc/{process or os.getpid()}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    return round(sum(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024, 1)
