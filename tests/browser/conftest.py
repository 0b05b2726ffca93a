"""A real Chromium against the real app on loopback, with the outbox worker running beside it."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from werkzeug.serving import make_server

from marketplace.accounts.models import User
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from marketplace.web.context import Runtime
from tests.personas import PASSWORD

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
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}

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
    """The address of a running server; forms carry their CSRF token, and the worker handles the outbox as it fills."""
    app.config.update(WTF_CSRF_ENABLED=True, TESTING=False)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threads = [
        threading.Thread(target=server.serve_forever, daemon=True),
        threading.Thread(target=runtime.worker.run, args=(0.05,), daemon=True),
    ]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{server.port}"
    runtime.worker.stopping.set()
    server.shutdown()
    for thread in threads:
        thread.join(10)
    server.server_close()


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, browser: Browser, live_url: str) -> Iterator[Page]:
    """A fresh browser window at the width of a phone, then of a desktop. An error on the console fails the test."""
    context = browser.new_context(base_url=live_url, viewport=request.param, locale="zh-CN")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert not problems, problems


@pytest.fixture
def sign_in(factory: UnitOfWorkFactory) -> SignIn:
    """Sign in through the page, as a person does."""

    def do(page: Page, actor: Actor) -> None:
        with factory.reading() as uow:
            email = uow.session.get_one(User, actor.user_id).email
        page.goto("/sign-in")
        page.get_by_label("邮箱或手机号").fill(str(email))
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录").last.click()
        page.wait_for_url(lambda url: "/sign-in" not in url)

    return do


def assert_page_is_fit(page: Page) -> None:
    """Nothing sticks out sideways, and axe finds nothing."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"
    results = Axe().run(page)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def picture(path: Path, name: str) -> str:
    """A small photo to upload."""
    file = path / name
    Image.new("RGB", (640, 480), (180, 30, 30)).save(file)
    return str(file)
