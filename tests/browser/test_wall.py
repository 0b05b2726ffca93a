"""The screen on the wall: it renews itself, keeps its last figures when nobody answers, and needs neither chart nor script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.settings import Settings
from tests.browser.conftest import DESKTOP, SignIn
from tests.browser.hands import assert_fit, new_page
from tests.factories import make_signed
from tests.personas import People

pytestmark = pytest.mark.browser
SCREEN: ViewportSize = {"width": 1920, "height": 1080}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A screen that asks every second."""
    return settings.model_copy(update={"wall_refresh_seconds": 1})


@pytest.mark.parametrize("page", [SCREEN], indirect=True, ids=["wall"])
def test_it_renews_itself_and_keeps_the_last_figures_while_nobody_answers(
    page: Page, sign_in: SignIn, people: People, factory: UnitOfWorkFactory
) -> None:
    sign_in(page, people.city_official)
    page.goto("/wall")
    amount = page.locator(".wall-A1 .wall-number")
    expect(amount).to_contain_text("0")
    page.locator(".wall-chart canvas").wait_for()
    page.evaluate("window.sameDocument = true")
    make_signed(factory, people)
    expect(amount).to_contain_text("18 万元")
    expect(page.locator(".wall-sellers tfoot")).to_contain_text("18.00")
    assert_is_read_from_five_metres(page)

    page.context.set_offline(True)
    problem = page.locator(".wall-problem")
    expect(problem).to_contain_text("起连不上服务器")
    expect(amount).to_contain_text("18 万元")
    assert_all_is_on_the_screen(page)
    page.context.set_offline(False)
    expect(problem).to_be_empty()

    page.context.clear_cookies()
    expect(problem).to_contain_text("登录已于")
    expect(amount).to_contain_text("18 万元")
    assert page.evaluate("window.sameDocument") is True


def test_without_script_it_is_figures_and_tables(
    browser: Browser, live_url: str, people: People, factory: UnitOfWorkFactory, sign_in: SignIn
) -> None:
    make_signed(factory, people)
    context = browser.new_context(base_url=live_url, viewport=SCREEN, locale="zh-CN", java_script_enabled=False)
    page = new_page(context)
    sign_in(page, people.city_official)
    page.goto("/wall")
    assert page.locator(".wall-A1 .wall-number").inner_text().startswith("18")
    assert page.locator(".wall-months td").first.is_visible()
    assert page.locator(".wall-sellers td").first.is_visible()
    assert page.get_by_text("刷新页面可看最新数据").is_visible()
    context.close()


def test_changes_are_one_tap_from_their_record(
    page: Page, sign_in: SignIn, people: People, factory: UnitOfWorkFactory, wait: Callable[[], None]
) -> None:
    make_signed(factory, people)
    wait()
    sign_in(page, people.county_official)
    page.goto("/")
    page.locator("main").get_by_role("link", name="最近变化").click()
    assert_fit(page)
    page.get_by_role("link", name="昨天以来").click()
    page.locator("#A1 .task a").first.click()
    assert "/documents/" in page.url
    page.goto("/wall")
    assert_fit(page)


@pytest.mark.parametrize("page", [DESKTOP], indirect=True, ids=["desktop"])
def test_the_desk_is_worked_by_keys(page: Page, sign_in: SignIn, people: People) -> None:
    sign_in(page, people.city_official)
    page.goto("/desk")
    page.keyboard.press("4")
    page.locator("[name=q]").first.fill("")
    page.locator("[name=q]").first.press("4")
    assert "figure=" not in page.url  # Neither without the focus on a figure nor while somebody types.

    page.goto("/desk")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # The second link that skips.
    expect(page.locator("a[data-code=A1]")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("a[data-code=A2]")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("a[data-code]").last).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("details.keys")).to_have_attribute("open", "")
    assert_fit(page)
    page.keyboard.press("4")
    page.wait_for_url("**/desk?figure=A4**")
    expect(page.locator("a[data-code=A4]")).to_be_focused()
    page.keyboard.press("6")
    page.wait_for_url("**/desk?figure=A6**")
    expect(page.locator("a[data-code=A6]")).to_be_focused()


def assert_is_read_from_five_metres(page: Page) -> None:
    """Numbers of at least 96 px, words of at least 32."""
    names = [".wall-number", ".wall-tile h2", ".wall-change", ".wall-sellers td", ".wall-known", ".wall-scope"]
    number, *words = page.evaluate(
        """(names) => names.map((name) => Math.min(
            ...[...document.querySelectorAll(name)].map((one) => parseFloat(getComputedStyle(one).fontSize))))""",
        names,
    )
    assert (number >= 96, min(words) >= 32) == (True, True)


def assert_all_is_on_the_screen(page: Page) -> None:
    """Nothing has to be scrolled to: there is nobody to do it."""
    hidden = page.evaluate(
        """() => [document.documentElement, ...document.querySelectorAll(".wall-sellers, .wall-trend")]
            .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
            .map((one) => one.className || one.tagName)"""
    )
    assert hidden == []
