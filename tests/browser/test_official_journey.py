"""An official imports a spreadsheet, reviews, verifies a paper contract, and follows a figure down to its deal."""

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from tests.browser.conftest import SignIn, picture
from tests.browser.hands import assert_fit, press, send
from tests.factories import make_contract, make_deal
from tests.personas import People

pytestmark = pytest.mark.browser

SHEET = """完成单位,成果名称,成果简介,备注
潍坊示范轴承厂,轴承套圈磨削自动上料装置,一种轴承套圈磨削的自动上料装置，单人看管四台磨床。,无
,玻璃幕墙清洗吊篮限位器,吊篮限位装置，防止碰撞。,无
潍坊示范轴承厂,,没有名称的一行,无
潍坊示范轴承厂,轴承套圈磨削自动上料装置,一种轴承套圈磨削的自动上料装置，单人看管四台磨床。,重复
"""


def test_a_spreadsheet_is_tried_out_and_then_imported(
    page: Page, sign_in: SignIn, people: People, tmp_path: Path, wait: Callable[[], None]
) -> None:
    file = tmp_path / "成果.csv"
    file.write_bytes(SHEET.encode("gb18030"))
    sign_in(page, people.city_official)
    page.goto("/imports")
    assert_fit(page)
    page.locator('main input[type="file"]').set_input_files(str(file))
    send(page)
    wait()
    page.locator("[data-poll]").wait_for(state="detached")
    assert_fit(page)
    assert page.get_by_text("备注").count() > 0
    page.goto("/results?q=轴承套圈")
    assert page.get_by_role("link", name="轴承套圈磨削自动上料装置").count() == 0

    page.goto("/imports")
    page.locator("main a[href^='/imports/']").first.click()
    press(page, "/for-real")
    wait()
    page.locator("[data-poll]").wait_for(state="detached")  # The page goes on to the report by itself.
    page.goto("/results?q=轴承套圈")
    page.get_by_role("link", name="轴承套圈磨削自动上料装置").first.click()
    assert page.get_by_text("代发布").count() > 0
    assert_fit(page)


def test_a_paper_contract_is_verified_and_its_figure_leads_back_to_it(
    page: Page, sign_in: SignIn, people: People, factory: UnitOfWorkFactory, tmp_path: Path, wait: Callable[[], None]
) -> None:
    document = f"/documents/{make_contract(factory, people, make_deal(factory, people))}"
    sign_in(page, people.company)
    page.goto(document)
    page.get_by_text("上传已签纸质文件的扫描件").click()
    page.locator('main input[type="file"]').set_input_files(picture(tmp_path, "盖章合同.png"))
    page.locator('main input[name="signed_on"]').fill("2026-11-20")
    press(page, "/scans")
    press(page, "/confirm")
    sign_in(page, people.seller_contact)
    page.goto(document)
    press(page, "/confirm")
    wait()

    sign_in(page, people.city_official)
    page.goto("/")
    assert_fit(page)
    page.goto("/review")
    assert_fit(page)
    page.goto(document)
    assert_fit(page)
    press(page, "/verify")

    page.goto("/desk")
    assert_fit(page)
    page.get_by_role("link", name="纸质").first.click()
    assert_fit(page)
    with page.expect_download() as download:
        page.goto("/desk")
        page.get_by_role("link", name="XLSX").click()
    rows = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).worksheets[-1]
    assert rows.max_row == 2
    page.goto("/desk/rows?basis=paper")
    page.locator("main table a[href^='/deals/']").first.click()
    assert page.get_by_text("已生效").count() > 0
