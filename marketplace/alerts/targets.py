"""What somebody mutes, and the signed text that stands for it in a link.

Whoever holds the link can do nothing but mute this one thing for this one person, and undo it: so it needs no sign-in, and it
does not run out. A new key of the instance ends every link.
"""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from marketplace.alerts.rules import Scope
from marketplace.kernel.errors import NotFound
from marketplace.kernel.messages import N_

SALT = "alerts.mute"


@dataclass(frozen=True)
class Target:
    """What is muted for a person; a scope has the ids it needs and no others."""

    user_id: int
    scope: Scope
    result_id: int | None = None
    need_id: int | None = None
    search_id: int | None = None


def sign(target: Target, secret_key: str) -> str:
    """The text for a link."""
    ids = [target.result_id, target.need_id, target.search_id]
    return str(URLSafeSerializer(secret_key, SALT).dumps([target.user_id, target.scope.value, *ids]))


def read(token: str, secret_key: str) -> Target:
    """What a link stands for. Raises NotFound for one that was not made here, or was changed."""
    try:
        user_id, scope, result_id, need_id, search_id = URLSafeSerializer(secret_key, SALT).loads(token)
    except BadSignature:
        raise NotFound(N_("This link is not whole. Copy it again from the message.")) from None
    return Target(user_id, Scope(scope), result_id, need_id, search_id)
