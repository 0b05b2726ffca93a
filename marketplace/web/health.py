"""What a supervisor asks: does the process answer, and can it serve. Public, without a session, and silent about the data."""

import logging
import tempfile
from collections.abc import Callable

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from marketplace.infra import schema
from marketplace.web.access import public
from marketplace.web.context import Runtime, runtime

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)

Check = Callable[[Runtime], str]
"""What is wrong, or an empty string."""


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """Database, index and disk can be used; otherwise 503 and problem+json that names what cannot."""
    found = {name: _asked(name, check) for name, check in CHECKS.items()}
    failing = {name: problem for name, problem in found.items() if problem}
    if not failing:
        return jsonify(status="ok")
    answer = jsonify(
        type="about:blank",
        title="Not ready",
        status=503,
        detail="; ".join(f"{name}: {problem}" for name, problem in failing.items()),
        failing=failing,
    )
    answer.status_code, answer.content_type = 503, "application/problem+json"
    return answer


def _asked(name: str, check: Check) -> str:
    try:
        return check(runtime())
    except Exception:
        log.warning("not ready: %s", name, exc_info=True)
        return "cannot be reached"


def _database(runtime: Runtime) -> str:
    with runtime.factory.reading() as uow:
        uow.session.execute(text("SELECT 1"))
    return (
        ""
        if schema.current(runtime.factory.engine) == schema.newest()
        else "the schema is not the newest; run db upgrade"
    )


def _index(runtime: Runtime) -> str:
    damaged = [kind for kind, index in runtime.factory.services.catalogues.items() if index.status().damaged]
    return f"damaged: {', '.join(damaged)}; the worker builds it anew" if damaged else ""


def _disk(runtime: Runtime) -> str:
    with tempfile.TemporaryFile(dir=runtime.settings.data_dir) as file:
        file.write(b"ready")
        file.flush()
    return ""


CHECKS: dict[str, Check] = {"database": _database, "index": _index, "disk": _disk}
