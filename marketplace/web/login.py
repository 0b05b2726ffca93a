"""The signed-in session: Flask-Login keeps the token of a sign-in; who that is, the composition root's loader says."""

from collections.abc import Callable

from flask import Flask, request, session
from flask_login import LoginManager, UserMixin, login_user, logout_user
from werkzeug.wrappers import Response

from marketplace.kernel.permissions import VISITOR, Actor

ActorLoader = Callable[[str, str, str], Actor | None]


KEPT = ("locale", "csrf_token")
"""Outlives a sign-in: the language, and the secret of the forms that are open in other tabs of this very browser, so that
one that waited for the sign-in goes through when it is sent again."""


class SignedInUser(UserMixin):  # type: ignore[misc]
    """What Flask-Login carries: the secret token of one sign-in, and its actor."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        """The token, so that revoking the sign-in ends the session everywhere."""
        return self.token


def init_login(app: Flask, load_actor: ActorLoader) -> None:
    """Set up Flask-Login; `load_actor(token, ip, user_agent)` gives None for a sign-in that has ended."""
    manager = LoginManager(app)
    manager.session_protection = None  # The address of a phone changes all day; sign-ins are revocable instead.

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(token: str) -> SignedInUser | None:
        actor = load_actor(token, request.remote_addr or "", str(request.user_agent)[:300])
        return SignedInUser(token, actor) if actor else None


def begin_session(token: str) -> None:
    """Put a fresh sign-in into the cookie; what the visitor's session held is dropped, but for what `KEPT` names."""
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    login_user(SignedInUser(token, VISITOR))


def end_session() -> None:
    """Forget the sign-in in this browser."""
    logout_user()
    session.clear()


def no_store(response: Response) -> Response:
    """Keep pages of signed-in people out of shared caches and of the back button after signing out."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response
