"""`flask worker`: runs the outbox worker in the foreground."""

import signal

import click
from flask.cli import with_appcontext

from marketplace.web.context import runtime


@click.command("worker")
@with_appcontext
def command() -> None:
    """Handle what the outbox holds until stopped by SIGINT or SIGTERM."""
    worker = runtime().worker
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stopping.set())
    worker.run()
