"""How the tests start the processes that they kill.

Not as copies of the test's own process: that one has threads, such as those that set type, and where one of them held a lock
its copy waits for ever. They are copies of a process that has read the code and done nothing yet. What still runs at the end of
the tests is ended with them.
"""

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from typing import Any

STARTING = multiprocessing.get_context("forkserver")
STARTING.set_forkserver_preload(["tests.crash.dying", "tests.crash.indexing"])


def process_of(target: Callable[..., None], *args: Any) -> ForkServerProcess:
    """A process that will do this; it is not started yet."""
    return STARTING.Process(target=target, args=args, daemon=True)
