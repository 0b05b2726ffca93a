"""Several people who press at the same moment."""

import threading
from collections.abc import Callable


def run_at_once(jobs: list[Callable[[], None]]) -> None:
    """Run every job in a thread of its own, all from the same moment."""
    barrier = threading.Barrier(len(jobs))
    failures: list[BaseException] = []

    def run(job: Callable[[], None]) -> None:
        barrier.wait()
        try:
            job()
        except BaseException as error:  # noqa: BLE001 - handed to the test below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
