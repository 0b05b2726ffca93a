"""gunicorn's hooks: the outbox worker is a thread of the web process and must start after the fork."""

import gc
from typing import Any

from marketplace.web import working
from marketplace.web.context import EXTENSION


def post_worker_init(worker: Any) -> None:
    """Warm the index and start the outbox worker in this process."""
    runtime = worker.wsgi.extensions[EXTENSION]
    for index in runtime.factory.services.catalogues.values():
        index.warm()
    # What has been loaded stays: to look through all of it for garbage, every so often, takes a tenth of a second.
    gc.collect()
    gc.freeze()
    working.start(runtime)


def worker_exit(_server: Any, worker: Any) -> None:
    """Let the outbox worker finish what it holds."""
    if worker.wsgi is not None:
        worker.wsgi.extensions[EXTENSION].worker.stop()
