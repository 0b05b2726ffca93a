"""An authenticator app, as somebody sets it up who has his phone beside him."""

import pyotp

from marketplace.identity import authenticators
from marketplace.infra.unit_of_work import UnitOfWork


def code_of_new_app(uow: UnitOfWork, password: str) -> str:
    """Set an app up for the actor by the code it showed half a minute ago. Returns the one that it shows now."""
    authenticators.begin(uow, password)
    app = pyotp.TOTP(authenticators.secret_to_show(uow) or "")
    authenticators.confirm(uow, app.at(uow.now(), counter_offset=-1))
    return app.at(uow.now())
