"""The demo from the command line: loaded once, its sign-ins told on a loopback address alone."""

import pytest
from flask import Flask

from marketplace.app import create_app
from marketplace.demo.load import SIGN_INS
from marketplace.kernel.clock import SetClock
from marketplace.settings import Settings
from marketplace.web.context import EXTENSION
from tests.cli.conftest import Run
from tests.personas import People


def test_the_demo_is_not_loaded_over_somebody_s_data(run: Run, people: People) -> None:
    refused, skipped = run("demo", "load"), run("demo", "load", "--if-empty")
    assert (refused.exit_code, "not empty" in refused.output) == (1, True)
    assert (skipped.exit_code, "not empty" in skipped.output) == (0, True)
    assert run("demo", "sign-ins").exit_code == 1


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://0.0.0.0:8000", False),
        ("https://jiangguo.example.org", False),
        ("http://127.0.0.1.example.org", False),
    ],
)
def test_sign_ins_are_told_on_a_loopback_address_alone(
    settings: Settings, clock: SetClock, url: str, loopback: bool
) -> None:
    app: Flask = create_app(settings.model_copy(update={"public_url": url}), clock)
    answer = app.test_cli_runner().invoke(args=["demo", "sign-ins"])
    app.extensions[EXTENSION].factory.engine.dispose()
    assert ("only on a loopback address" in answer.output) is not loopback
    assert not any(email in answer.output for email in SIGN_INS)
