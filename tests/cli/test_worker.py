"""The worker as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from marketplace.infra.database import make_engine
from marketplace.settings import Settings
from tests.architecture.sources import ROOT

SECONDS = 20


@pytest.fixture
def start(settings: Settings) -> Callable[[], "subprocess.Popen[str]"]:
    """`flask worker` on the test's database."""
    environment = {
        **os.environ,
        "JIANGGUO_DATA_DIR": str(settings.data_dir),
        "JIANGGUO_DATABASE_URL": settings.database,
        "PYTHONUNBUFFERED": "1",
    }
    words = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    return lambda: subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_worker_cleanly(
    start: Callable[[], "subprocess.Popen[str]"], settings: Settings, number: signal.Signals
) -> None:
    with start() as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "The worker is running.\n"
        process.send_signal(number)
        assert process.wait(SECONDS) == 0
        assert process.stdout.read() == "The worker has stopped.\n"


def test_the_database_is_not_left_locked(start: Callable[[], "subprocess.Popen[str]"], settings: Settings) -> None:
    with start() as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.terminate()
        process.wait(SECONDS)
    engine = make_engine(settings.database)
    with engine.execution_options(writing=True).begin() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")
    engine.dispose()
