"""The outbox worker beside the pages: started by the first request, and missed in the log and by the administrator."""

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine

from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.infra.worker import Worker
from marketplace.kernel.clock import SetClock
from marketplace.kernel.permissions import Actor
from marketplace.web import health, working
from marketplace.web.context import EXTENSION, Runtime
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


@pytest.fixture
def spoken(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What the watch writes into the log."""
    caplog.set_level(logging.WARNING, logger=working.__name__)
    return caplog


@pytest.fixture
def beside(runtime: Runtime) -> Iterator[Runtime]:
    """The same instance with a worker of its own, as it is served."""
    every = sys.getswitchinterval()
    worker = Worker(runtime.factory, {})
    yield replace(runtime, settings=runtime.settings.model_copy(update={"worker_in_process": True}), worker=worker)
    worker.stop()
    for thread in workers():
        thread.join()
    sys.setswitchinterval(every)


def workers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "outbox"]


def served(runtime: Runtime, *blueprints: Blueprint) -> FlaskClient:
    """What any server loads, without hooks of its own."""
    app = Flask("served")
    app.extensions[EXTENSION] = runtime
    app.add_url_rule("/", view_func=lambda: "ok")
    for one in blueprints:
        app.register_blueprint(one)
    working.attend(app, look_every_s=0)
    return app.test_client()


def test_the_first_request_starts_one_worker(beside: Runtime) -> None:
    browser = served(beside)
    assert workers() == []
    for _ in range(2):
        assert browser.get("/").text == "ok"
    assert len(workers()) == 1
    working.start(beside)
    assert len(workers()) == 1, "a server's own hook and the first request start one together"


def test_where_the_worker_is_elsewhere_none_is_started(runtime: Runtime) -> None:
    served(runtime).get("/")
    assert workers() == []


def late(factory: UnitOfWorkFactory, clock: SetClock) -> None:
    """A task has waited for some minutes."""
    with factory.writing() as uow:
        uow.session.add(OutboxRow(at=uow.now(), due_at=uow.now(), event="x", payload={}, handler="h"))
    clock.forward(minutes=6)


def test_the_log_and_the_administrator_miss_a_worker(
    factory: UnitOfWorkFactory,
    people: People,
    browse: Browse,
    runtime: Runtime,
    clock: SetClock,
    spoken: pytest.LogCaptureFixture,
) -> None:
    browser = served(runtime)
    browser.get("/")
    assert "no worker takes them" not in spoken.text
    assert "后台任务进程没有运行" not in browse(people.administrator).get("/admin").text
    late(factory, clock)
    browser.get("/")
    assert "no worker takes them" in spoken.text
    assert "后台任务进程没有运行" in browse(people.administrator).get("/admin").text


def test_whoever_cannot_look_for_a_worker_answers_all_the_same(
    runtime: Runtime, spoken: pytest.LogCaptureFixture
) -> None:
    away = replace(runtime.factory, engine=create_engine("sqlite:////nowhere/at/all.sqlite"))
    browser = served(replace(runtime, factory=away))
    assert browser.get("/").text == "ok"
    assert "whether tasks are taken cannot be told" in spoken.text


def test_a_supervisors_question_says_nothing_of_the_address(
    runtime: Runtime, beside: Runtime, spoken: pytest.LogCaptureFixture
) -> None:
    browser = served(beside, health.blueprint)
    assert browser.get("/healthz", base_url="http://10.0.0.5:8000").status_code == 200
    assert len(workers()) == 1
    assert "JIANGGUO_PUBLIC_URL" not in spoken.text
    browser.get("/", base_url="http://127.0.0.1:8143")
    assert "JIANGGUO_PUBLIC_URL" in spoken.text


@pytest.mark.parametrize(
    ("leads_to", "host"),
    [
        ("https://a.cn", "a.cn:443"),
        ("https://a.cn:443", "A.cn"),
        ("http://a.cn", "a.cn:80"),
        ("http://a.cn:8000", "a.cn:8000"),
    ],
)
def test_a_port_that_goes_without_saying_is_no_other_address(leads_to: str, host: str) -> None:
    assert not working.is_elsewhere(leads_to, host)
    assert working.is_elsewhere(leads_to, "b.cn")


def test_it_is_said_that_links_lead_elsewhere(
    people: People, browse: Browse, runtime: Runtime, spoken: pytest.LogCaptureFixture
) -> None:
    here = runtime.settings.public_url
    served(runtime).get("/", base_url=here)
    assert "JIANGGUO_PUBLIC_URL" not in spoken.text
    served(runtime).get("/", base_url="http://127.0.0.1:8143")
    assert f"lead to {here}, but this server was asked at 127.0.0.1:8143" in spoken.text
    admin = browse(people.administrator)
    assert working.is_elsewhere(here, "localhost")
    assert f"链接指向 {here}" in admin.get("/admin").text
