"""Commands of `flask --app wsgi`, one module each; they parse, call one use case and print."""

from flask import Flask

from marketplace.cli import (
    audit,
    backup,
    ca,
    clauses,
    db,
    demo,
    evidence,
    identity,
    imports,
    index,
    ledger,
    payments,
    reference,
    snapshots,
    status,
    user,
    worker,
)


def register_commands(app: Flask) -> None:
    """Add every command to the app."""
    for group in (
        db.group,
        worker.command,
        audit.group,
        ca.group,
        clauses.group,
        evidence.group,
        identity.group,
        ledger.group,
        snapshots.group,
        payments.group,
        backup.backup,
        backup.restore,
        status.command,
        imports.command,
        index.group,
        user.group,
        demo.group,
        reference.command,
    ):
        app.cli.add_command(group)
