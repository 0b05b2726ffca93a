"""Waits until a process rests (Linux): a server that has just come up gathers words and looks ahead for a while."""

import os
import time
from pathlib import Path

RESTS_BELOW = 0.1
"""Share of one core."""

_LOOK_SECONDS = 3.0


def wait_until_it_rests(process: int, longest_seconds: float) -> None:
    """Return once the process has used little of a core for some seconds, or after the longest."""
    ends = time.monotonic() + longest_seconds
    while time.monotonic() < ends:
        before = _seconds_used(process)
        time.sleep(_LOOK_SECONDS)
        if _seconds_used(process) - before < RESTS_BELOW * _LOOK_SECONDS:
            return


def _seconds_used(process: int) -> float:
    # The name of the program may hold spaces, so the fields are counted from behind it.
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
