"""Whom a command acts for."""

import click
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.organisations.actors import actor_of


def actor_named(factory: UnitOfWorkFactory, contact: str) -> Actor:
    """The person with this e-mail or mobile number. Raises ClickException when there is none."""
    has_it = (User.email == contact.strip().lower()) | (User.mobile == contact.strip())
    with factory.reading() as uow:
        user = uow.session.scalar(select(User).where(has_it))
        if user is None:
            raise click.ClickException(f"There is no account {contact}.")
        return actor_of(uow.session, user)
