"""`flask demo …`: fills an empty instance with the demo and tells its sign-ins."""

import secrets

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.cli.ca import create
from marketplace.cli.index import rebuild
from marketplace.demo.load import PASSWORD, SIGN_INS, is_empty, load
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.web.context import runtime


@click.group("demo")
def group() -> None:
    """The demo: invented people, listings and deals."""


@group.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing, successfully, when somebody has registered already.")
@with_appcontext
def load_demo(if_empty: bool) -> None:
    """Load the demo into an empty database, whole or not at all."""
    house = runtime()
    with house.factory.reading() as uow:
        empty = is_empty(uow)
    if not empty:
        if if_empty:
            click.echo("The database is not empty; the demo was not loaded.")
            return
        raise click.ClickException("The database is not empty. The demo is for a fresh one.")
    # Where strangers could reach the instance nobody may know the password.
    password = PASSWORD if house.settings.is_loopback else secrets.token_urlsafe(24)
    click.get_current_context().invoke(create, if_missing=True)
    _play(house.factory, password)
    house.worker.drain()


def _play(factory: UnitOfWorkFactory, password: str) -> None:
    try:
        with click.progressbar(length=0, label="Loading the demo") as bar:

            def show(steps: int, of_all: int) -> None:
                bar.length = of_all
                bar.update(steps)

            load(factory, password, show)
    except BaseException:
        click.get_current_context().invoke(
            rebuild
        )  # The database is as empty as it was; the index has heard of what is gone again.
        raise


@group.command("sign-ins")
@with_appcontext
def sign_ins() -> None:
    """Print who can be signed in as. They exist only on a loopback address, and only where the demo was loaded."""
    house = runtime()
    if not house.settings.is_loopback:
        raise click.ClickException(
            f"The demo's sign-ins exist only on a loopback address, not on {house.settings.public_url}."
        )
    with house.factory.reading() as uow:
        known = set(uow.session.scalars(select(User.email).where(User.email.in_(SIGN_INS))))
    if not known:
        raise click.ClickException("The demo was not loaded here.")
    for email, who in SIGN_INS.items():
        if email in known:
            click.echo(f"{email:24} {PASSWORD:16} {who}")
