"""`flask user …`: people, for whoever runs the machine."""

import secrets

import click
from flask.cli import with_appcontext

from marketplace.accounts.offices import appoint
from marketplace.accounts.service import NewUser, add_user
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import DomainError
from marketplace.kernel.permissions import Office
from marketplace.organisations.parties import party_of_user
from marketplace.organisations.regions import load_region
from marketplace.web.context import runtime


@click.group("user")
def group() -> None:
    """People and their offices."""


@group.command("create")
@click.argument("name")
@click.argument("email")
@click.option("--mobile", default="", help="A mobile number to sign in by as well.")
@click.option("--password", envvar="JIANGGUO_NEW_PASSWORD", help="Made up and printed once when it is not given.")
@click.option("--office", type=click.Choice([office.value for office in Office]), help="Appoint the person at once.")
@click.option("--county", help="County of the workplace, and of the office; a name or code of the region file.")
@with_appcontext
def create(name: str, email: str, mobile: str, password: str | None, office: str | None, county: str | None) -> None:
    """Add a person whose contact counts as confirmed, and consents at the first sign-in."""
    code = _county(county)
    secret = password or secrets.token_urlsafe(12)
    try:
        with runtime().factory.writing() as uow:
            user_id = _add(uow, NewUser(name, email, mobile, secret, code), office)
    except DomainError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Person {user_id} can sign in as {email}.")
    if password is None:
        click.echo(f"Password: {secret}")


def _add(uow: UnitOfWork, data: NewUser, office: str | None) -> int:
    user = add_user(uow, data)
    user.email_verified_at = uow.now()
    party_of_user(uow, user.id)
    if office:
        appoint(uow, user.id, Office(office), data.county, "appointed on the command line")
    return user.id


def _county(name: str | None) -> str | None:
    if not name:
        return None
    code = load_region(runtime().settings.region).code_of(name)
    if code is None:
        raise click.BadParameter(f"the region has no county {name}", param_hint="--county")
    return code
