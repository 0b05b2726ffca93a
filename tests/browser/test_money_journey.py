"""Money on phone and desktop: the buyer pays by transfer, seller and official say so, and the worker gets his part."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from marketplace.results.models import Contributor
from tests.browser.conftest import SignIn, picture
from tests.browser.hands import assert_fit, fill, press, send
from tests.factories import make_result, make_signed
from tests.paying import BY_PLAN
from tests.personas import People

pytestmark = pytest.mark.browser


@pytest.fixture
def deal(factory: UnitOfWorkFactory, people: People) -> int:
    """A deal in force of 180,000 yuan in three lines, about a result that the worker made."""
    result_id = make_result(factory, people)
    with factory.writing() as uow:
        worker = Contributor(result_id=result_id, place=1, name=people.worker.name, user_id=people.worker.user_id)
        uow.session.add(worker)
    return make_signed(factory, people, BY_PLAN, result_id=result_id)


def test_from_the_transfer_to_the_workers_part(
    page: Page,
    sign_in: SignIn,
    people: People,
    deal: int,
    tmp_path: Path,
    wait: Callable[[], None],
    clock: SetClock,
) -> None:
    sign_in(page, people.company)
    _pay(page, deal, picture(tmp_path, "voucher.png"))
    wait()
    sign_in(page, people.seller_contact)
    _confirm(page, deal)
    wait()
    sign_in(page, people.county_official)
    _verify(page)
    wait()

    sign_in(page, people.seller_contact)
    _calculate(page)
    wait()
    sign_in(page, people.worker)
    _confirm_part(page)
    clock.forward(days=16)
    sign_in(page, people.seller_contact)
    _pay_out(page, picture(tmp_path, "payout.png"))
    wait()
    sign_in(page, people.worker)
    page.goto("/rewards/1")
    press(page, "/acknowledge")
    page.goto("/rewards")
    assert page.get_by_text("本人已收到").count() > 0
    assert_fit(page)


def _pay(page: Page, deal: int, voucher: str) -> None:
    page.goto(f"/deals/{deal}")
    assert_fit(page)
    page.get_by_role("link", name="付款计划与收付").first.click()
    assert_fit(page)
    page.get_by_role("link", name="填报付款").first.click()
    fill(page, sent_on="2026-11-21", bank_reference="2026112000001")
    page.locator("input[type=file]").set_input_files(voucher)
    send(page)
    assert page.get_by_text("日期在今天之后").count() > 0
    assert_fit(page)
    assert page.locator("[name=amount]").input_value() == "54000"
    fill(page, sent_on="2026-11-20")
    page.locator("input[type=file]").set_input_files(voucher)
    send(page)
    assert page.get_by_text("付款已填报").count() > 0


def _confirm(page: Page, deal: int) -> None:
    page.goto(f"/deals/{deal}/payments")
    page.locator('main form[action$="/confirm"]').first.locator("xpath=ancestor::details[1]/summary").click()
    page.fill("#day-confirm-1", "2026-11-20")
    assert_fit(page)
    with page.expect_navigation():
        page.locator('main form[action$="/confirm"] button').last.click()


def _verify(page: Page) -> None:
    page.goto("/review")
    assert_fit(page)
    page.get_by_role("link", name="变压器油箱自动焊接工装").first.click()
    press(page, "/verify")
    assert page.get_by_text("已付清").count() > 0
    assert_fit(page)


def _calculate(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="变压器油箱自动焊接工装").first.wait_for()
    page.goto("/rewards/1/calculation")
    assert_fit(page)
    page.locator('main [name="costs-0-amount"]').fill("4000")
    page.locator('main [name="costs-0-note"]').fill("增值税，发票 26370001")
    send(page)
    assert page.get_by_text("¥ 25,000.00").count() > 0
    assert_fit(page)


def _confirm_part(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="去查看").first.click()
    assert_fit(page)
    press(page, "/confirm")
    assert page.get_by_text("公示至").count() > 0
    page.goto("/rewards")
    assert_fit(page)


def _pay_out(page: Page, voucher: str) -> None:
    page.goto("/rewards/1")
    press(page, "/approve")
    page.get_by_role("link", name="登记兑付").first.click()
    assert_fit(page)
    fill(page, tax="5000", paid_on="2026-12-06")
    page.locator("input[type=file]").set_input_files(voucher)
    send(page)
    assert page.get_by_text("¥ 20,000.00").count() > 0
    assert_fit(page)
