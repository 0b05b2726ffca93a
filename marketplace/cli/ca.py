"""`flask ca …`: the certificate authority for electronic signatures."""

import click
from flask.cli import with_appcontext

from marketplace.infra.authority import Authority
from marketplace.web.context import runtime


@click.group("ca")
def group() -> None:
    """The platform's certificate authority."""


@group.command("create")
@click.option("--if-missing", is_flag=True, help="Do nothing where there is one.")
@with_appcontext
def create(if_missing: bool) -> None:
    """Make its key, encrypted, and its root certificate; nobody signs electronically before. Keep a copy of the file."""
    factory, settings = runtime().factory, runtime().settings
    authority = _own()
    if if_missing and authority.is_ready:
        return
    try:
        authority.create(settings.union_name, factory.clock.now())
    except FileExistsError:
        raise click.ClickException("There is an authority already; what it signed is proved by it alone.") from None
    click.echo(f"The certificate authority is in {settings.authority_file}. Keep a copy of it, and of its passphrase.")


@group.command("root")
@with_appcontext
def root() -> None:
    """Print the root certificate."""
    authority = _own()
    if not authority.is_ready:
        raise click.ClickException("There is no authority yet: flask --app wsgi ca create")
    click.echo(authority.root_pem, nl=False)


def _own() -> Authority:
    certificates = runtime().factory.services.certificates
    if not isinstance(certificates, Authority):
        raise click.ClickException("Certificates come from another provider.")
    return certificates
