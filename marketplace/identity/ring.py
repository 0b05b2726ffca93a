"""The keys as use cases have them: made at the first use, and held while something is encrypted or all is encrypted anew."""

import secrets

from sqlalchemy import event, select
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.identity import keys
from marketplace.identity.keys import Keyring
from marketplace.identity.models import Authenticator, Identity
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.clock import china_day


def hold_keys(uow: UnitOfWork, *, alone: bool) -> None:
    """Keep others from changing the keys, or `alone` from encrypting, until this unit has committed or was rolled back.

    To be called before any row is locked, and after SQLite's write lock is taken: no database sees that somebody waits for a lock
    on a file, so all take both in one order.
    """
    uow.session.connection()  # Begins; where nothing was begun, nothing would end either.
    held = [keys.hold(uow.settings.identity_keys_file, alone=alone)]

    def release(_session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None and held:
            keys.release(held.pop())

    event.listen(uow.session, "after_transaction_end", release)


def ring_of(uow: UnitOfWork) -> Keyring:
    """The keys, made at the first use; where something is encrypted already, missing keys are lost and no new ones are made.

    Raises Conflict.
    """
    file = uow.settings.identity_keys_file
    if not file.exists() and not any(_is_kept(uow, model) for model in (Identity, Authenticator)):
        keys.create(file, new_key_id(uow))
    return keys.read(file)


def _is_kept(uow: UnitOfWork, model: type[Identity] | type[Authenticator]) -> bool:
    return uow.session.scalar(select(model.id).where(model.sealed.is_not(None)).limit(1)) is not None


def new_key_id(uow: UnitOfWork) -> str:
    """The name of a key that is made today."""
    return f"{china_day(uow.now())}-{secrets.token_hex(4)}"
