"""By what a signer confirms that it is he who signs a text: what he is offered, and how it is checked."""

from dataclasses import dataclass

from marketplace.accounts.service import me
from marketplace.accounts.signing_codes import contact_for_code
from marketplace.identity import authenticators
from marketplace.identity.factors import Factor
from marketplace.infra.unit_of_work import UnitOfWork
from marketplace.kernel.errors import InvalidInput
from marketplace.kernel.messages import N_

NAMED = "由其身份验证器生成的一次性验证码确认"
"""How the clause on signing names the codes of the app: a text that speaks of such a thing elsewhere has not agreed to it.

Texts of before it could be used name the code that is sent alone, and are signed by that.
"""

NOT_AGREED = N_(
    "This text was written before codes of an app were accepted and does not name them. Have a code sent to you."
)


@dataclass(frozen=True)
class Ways:
    """What the actor may confirm a text by: `contact` is where a code would go, None without a confirmed one."""

    contact: str | None
    has_app: bool
    is_app_named: bool

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The app first, for whoever has set one up; the parties agree on the way of signing (电子签名法 art. 13)."""
        app = (Factor.TOTP,) if self.has_app and self.is_app_named else ()
        return (*app, Factor.CODE) if self.contact else app


def ways_for(uow: UnitOfWork, text: str) -> Ways:
    """What the actor may confirm this text by."""
    has_app = authenticators.confirmed(uow.session, me(uow).id) is not None
    return Ways(contact_for_code(uow), has_app, NAMED in text)


def confirm_by_app(uow: UnitOfWork, typed: str, text: str) -> None:
    """Use up a code of the actor's app for a text that names it. Raises InvalidInput, TooManyAttempts."""
    if NAMED not in text:
        raise InvalidInput(NOT_AGREED, field="factor")
    authenticators.use(uow, typed)
