"""A worker publishes what he invented, on a phone and at a desk: three steps, consent of the unit, review, found by search."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignIn, become_a_visitor, picture
from tests.browser.hands import assert_fit, fill, press, send
from tests.personas import People

pytestmark = pytest.mark.browser


def test_from_the_idea_to_the_catalogue_and_to_the_needs_that_fit(
    page: Page, sign_in: SignIn, people: People, tmp_path: Path, published_need: int, wait: Callable[[], None]
) -> None:
    sign_in(page, people.worker)
    page.goto("/publish")
    press(page, "/results")
    result_path = _write_three_steps(page, tmp_path)
    assert_fit(page)
    press(page, "/submit")
    assert_fit(page)

    sign_in(page, people.seller_contact)
    page.goto(result_path)
    press(page, "/consent")

    sign_in(page, people.county_official)
    page.goto("/review")
    assert_fit(page)
    page.get_by_role("link", name="储罐壁板焊接防变形工装").click()
    for tick in page.locator("main fieldset input[type=checkbox]").all():
        tick.check()
    assert_fit(page)
    send(page, "approve")
    wait()

    become_a_visitor(page)
    page.goto("/results?q=防变形 工装")
    assert page.locator("main mark").count() > 0
    assert_fit(page)
    page.get_by_role("link", name="储罐壁板焊接防变形工装").click()
    assert_fit(page)

    sign_in(page, people.worker)
    page.goto(f"{result_path}/matches")
    assert page.get_by_text("大型储罐焊接变形控制").count() > 0
    assert_fit(page)
    page.goto("/")
    assert_fit(page)


def _write_three_steps(page: Page, tmp_path: Path) -> str:
    assert_fit(page)
    fill(
        page,
        title="储罐壁板焊接防变形工装",
        problem="储罐壁板焊后角变形大，人工火焰矫正一张要两小时。",
        description="用楔块和长梁预置反变形，分段退焊。",
        metric="角变形",
        before="12",
        after="3",
        unit="毫米",
        conditions="壁厚6至20毫米的碳钢壁板。",
        proof="三台储罐的检验记录。",
    )
    page.locator('main input[name="photos"]').set_input_files(picture(tmp_path, "工装.jpg"))
    send(page, "next")
    assert_fit(page)
    fill(page, made_in_job="yes", made_with_means="yes", agreement="no", disclosure="none")
    page.locator('main [name="names_confirmed"]').check()
    page.locator('main [name="security_reviewed"]').check()
    fill(page, summary="一种壁板焊接工装，角变形从12毫米降到3毫米。")
    unit = page.locator('main select[name="party_id"]')
    unit.select_option(label="青州前程机械有限公司")
    send(page, "next")
    assert_fit(page)
    fill(page, maturity="in_use", category="improvement", industry="machinery", county="qingzhou", price_fen="8万")
    page.locator('main [name="ways"][value="licence"]').check()
    send(page, "next")
    return page.url.rsplit("/", 1)[0]
