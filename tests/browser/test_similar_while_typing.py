"""While a draft is typed, what is like it appears below the field by itself, and goes when the text becomes another."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.browser.hands import assert_fit, fill, press
from tests.personas import People

pytestmark = pytest.mark.browser


def test_a_result_that_is_there_already_shows_up_while_typing(
    page: Page, sign_in: SignIn, people: People, published_result: int, wait: Callable[[], None]
) -> None:
    wait()
    sign_in(page, people.worker)
    page.goto("/publish")
    press(page, "/results")
    fill(page, title="变压器油箱的自动焊接工装", problem="人工焊接变压器油箱变形大，返修较多。")
    similar = page.locator("[data-similar]")
    expect(similar.get_by_role("link", name="变压器油箱自动焊接工装")).to_be_visible(timeout=10_000)
    expect(similar).to_contain_text("您自己的")
    assert_fit(page)
    page.reload()
    expect(similar.locator("details")).to_have_count(1, timeout=10_000)
    assert similar.locator("summary").bounding_box()["height"] >= 44  # type: ignore[index]
    fill(page, title="苹果分级机果托", problem="果子磕伤")
    expect(similar.locator("details")).to_have_count(0, timeout=10_000)
