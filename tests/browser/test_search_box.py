"""Words are offered while one types: for the keyboard, for a thumb, for input methods; and nobody needs them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP
from tests.browser.hands import assert_fit

pytestmark = pytest.mark.browser


def test_a_suggestion_is_taken_with_the_keyboard(page: Page, published_result: int, wait: Callable[[], None]) -> None:
    wait()
    page.goto("/results")
    box = page.get_by_role("combobox").last
    box.press_sequentially("byq")
    offered = page.get_by_role("listbox").get_by_role("option")
    expect(offered.first).to_be_visible(timeout=10_000)
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    first = offered.first
    expect(first).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == first.get_attribute("id")
    assert_fit(page)
    box.press("ArrowUp")
    expect(first).to_have_attribute("aria-selected", "false")
    box.press("Escape")
    expect(offered).to_have_count(0)
    expect(box).to_have_value("byq")
    box.press_sequentially("")
    box.press("End")
    box.type(" ")
    box.press("Backspace")
    expect(offered.first).to_be_visible(timeout=10_000)
    taken = offered.first.get_attribute("data-text")
    box.press("ArrowDown")
    box.press("Enter")
    expect(page.get_by_role("combobox").last).to_have_value(taken or "")
    expect(page.locator("mark").first).to_be_visible()


def test_a_suggestion_is_taken_with_a_thumb(page: Page, published_result: int, wait: Callable[[], None]) -> None:
    wait()
    page.goto("/")
    box = page.locator("#site-search-q")
    box.press_sequentially("变")
    option = page.get_by_role("option").first
    expect(option).to_be_visible(timeout=10_000)
    assert option.bounding_box()["height"] >= 44  # type: ignore[index]
    option.click()
    page.wait_for_url("**/results?q=*")


def test_half_written_characters_ask_nothing(page: Page, published_result: int, wait: Callable[[], None]) -> None:
    wait()
    page.goto("/results")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "suggestions" in request.url else None)
    box = page.get_by_role("combobox").last
    box.focus()
    keys = page.context.new_cdp_session(page)
    keys.send("Input.imeSetComposition", {"text": "bian'ya", "selectionStart": 7, "selectionEnd": 7})
    page.wait_for_timeout(500)
    assert not asked
    keys.send("Input.insertText", {"text": "变压"})
    expect(page.get_by_role("option").first).to_be_visible(timeout=10_000)
    assert len(asked) == 1


def test_without_script_the_box_searches_as_it_is(
    browser: Browser, live_url: str, published_result: int, wait: Callable[[], None]
) -> None:
    wait()
    context = browser.new_context(base_url=live_url, viewport=DESKTOP, java_script_enabled=False)
    page = context.new_page()
    page.goto("/results")
    box = page.locator("#catalogue-q")
    assert box.get_attribute("role") is None
    box.fill("变压器")
    box.press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_text("搜索技巧").click()
    expect(page.get_by_text("单位:大学")).to_be_visible()
    context.close()
