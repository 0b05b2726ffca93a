"""`flask worker`: runs the outbox worker in the foreground."""

import signal
import threading
from types import FrameType

import click
from flask.cli import with_appcontext

from marketplace.web.context import runtime


@click.command("worker")
@with_appcontext
def command() -> None:
    """Handle what the outbox holds until stopped by SIGINT or SIGTERM; a second signal does not wait for the step in hand."""
    worker = runtime().worker
    # The worker has its own thread: setting an event from a signal handler of the very thread that waits on it can hang.
    thread = threading.Thread(target=worker.run, name="outbox", daemon=True)

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        worker.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    thread.start()
    click.echo("The worker is running.")
    thread.join()
    click.echo("The worker has stopped.")
