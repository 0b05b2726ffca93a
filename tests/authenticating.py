"""Ways to an authenticator app: what the phone of a tests' person would show."""

from datetime import timedelta

import pyotp
from sqlalchemy import select

from marketplace.identity import authenticators, keys
from marketplace.identity.keys import Kind
from marketplace.identity.models import Authenticator
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.personas import PASSWORD


def begun(factory: UnitOfWorkFactory, actor: Actor) -> str:
    """Begin a set-up. Returns the secret that the page shows."""
    with factory.writing(actor) as uow:
        authenticators.begin(uow, PASSWORD)
    with factory.reading(actor) as uow:
        secret = authenticators.secret_to_show(uow)
    assert secret is not None
    return secret


def set_up(factory: UnitOfWorkFactory, actor: Actor) -> str:
    """An app that counts, confirmed by the code of half a minute ago: that of now is not used up. Returns its secret."""
    secret = begun(factory, actor)
    with factory.writing(actor) as uow:
        authenticators.confirm(uow, code_at(factory, secret, seconds=-30))
    return secret


def code_at(factory: UnitOfWorkFactory, secret: str, seconds: int = 0) -> str:
    """What an app shows whose clock is so many seconds before the platform's, or behind it."""
    return pyotp.TOTP(secret).at(factory.clock.now() + timedelta(seconds=seconds))


def kept_secret(factory: UnitOfWorkFactory, actor: Actor) -> str:
    """What is kept encrypted for a person."""
    with factory.reading() as uow:
        of_person = (Authenticator.user_id == actor.user_id, Authenticator.ended_at.is_(None))
        row = uow.session.scalars(select(Authenticator).where(*of_person)).one()
        ring = keys.read(uow.settings.identity_keys_file)
        return ring.unseal(row.sealed or "", row.key_id or "", row.user_id, Kind.AUTHENTICATOR)
