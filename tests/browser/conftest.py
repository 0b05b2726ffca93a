"""A real Chromium against the real app on loopback, with the outbox worker running beside it."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, ViewportSize, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from marketplace.accounts.models import User
from marketplace.infra.outbox import OutboxRow
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.listings.events import ListingMoved
from marketplace.web.context import Runtime
from tests.browser.hands import fill, new_page, rest, send
from tests.factories import make_need, make_result
from tests.personas import PASSWORD, People

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: ViewportSize = {"width": 360, "height": 740}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}

SignIn = Callable[[Page, Actor], None]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright itself."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not on this machine")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def live_url(app: Flask, runtime: Runtime) -> Iterator[str]:
    """The address of a running server; forms carry their CSRF token, and the worker handles the outbox as it fills.

    What fills it rings the worker's bell. A worker that looks for itself every few moments takes a fifth of the time away.
    """
    app.config.update(WTF_CSRF_ENABLED=True, TESTING=False)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threads = [
        threading.Thread(target=server.serve_forever, daemon=True),
        threading.Thread(target=runtime.worker.run, daemon=True),
    ]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{server.port}"
    runtime.worker.stop()
    server.shutdown()
    for thread in threads:
        thread.join(10)
    server.server_close()


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, browser: Browser, live_url: str) -> Iterator[Page]:
    """A fresh browser window at the width of a phone, then of a desktop. An error on the console fails the test."""
    context = browser.new_context(base_url=live_url, viewport=request.param, locale="zh-CN")
    page = new_page(context)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert not problems, problems


def become_a_visitor(page: Page) -> None:
    """Sign out by forgetting the cookie, once no answer that would renew it is on its way."""
    rest(page)
    page.context.clear_cookies()


@pytest.fixture
def sign_in(factory: UnitOfWorkFactory) -> SignIn:
    """Sign in through the page, as a person does."""

    def do(page: Page, actor: Actor) -> None:
        become_a_visitor(page)
        with factory.reading() as uow:
            email = uow.session.get_one(User, actor.user_id).email
        page.goto("/sign-in")
        fill(page, contact=str(email), password=PASSWORD)
        send(page)
        assert "/sign-in" not in page.url

    return do


def picture(path: Path, name: str) -> str:
    """A small photo to upload."""
    file = path / name
    Image.new("RGB", (640, 480), (180, 30, 30)).save(file)
    return str(file)


@pytest.fixture
def wait(runtime: Runtime) -> Callable[[], None]:
    """Waits until the worker has done everything that is due."""

    def until_idle() -> None:
        for _ in range(200):
            with runtime.factory.reading() as uow:
                if uow.session.scalar(select(OutboxRow.id).limit(1)) is None:
                    return
            time.sleep(0.05)
        raise AssertionError("the outbox did not run empty in ten seconds")

    return until_idle


@pytest.fixture
def published_need(factory: UnitOfWorkFactory, people: People) -> int:
    """The buyer's published need, in the index."""
    need_id = make_need(factory, people)
    with factory.writing() as uow:
        uow.emit(ListingMoved("need", need_id, "approve", "review", "published"))
    return need_id


@pytest.fixture
def published_result(factory: UnitOfWorkFactory, people: People) -> int:
    """The seller's published result, in the index."""
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        uow.emit(ListingMoved("result", result_id, "approve", "county_review", "published"))
    return result_id
