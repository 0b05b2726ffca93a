"""`flask identity …`: the keys of identity numbers and of authenticators."""

import click
from flask.cli import with_appcontext

from marketplace.identity import service
from marketplace.kernel.errors import DomainError
from marketplace.web.context import runtime


@click.group("identity")
def group() -> None:
    """Identity numbers and the secrets of authenticator apps, which are kept encrypted."""


@group.command("rotate-key")
@with_appcontext
def rotate_key() -> None:
    """Encrypt all of them anew under a new key. Copy the file of the keys afterwards; run it twice to drop a key that leaked."""
    try:
        with runtime().factory.writing() as uow:
            count = service.rotate_key(uow)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    click.echo(
        f"{count} numbers and secrets are encrypted under a new key. Keep a copy of {runtime().settings.identity_keys_file}."
    )
