"""A company posts a need, looks at its matches, tells the other side, negotiates and signs; then the contract is in force."""

import hashlib
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.browser.conftest import SignIn
from tests.browser.hands import assert_fit, fill, press, send
from tests.factories import code_sent
from tests.personas import PASSWORD, People

pytestmark = pytest.mark.browser


def test_from_the_need_to_a_contract_in_force(
    page: Page,
    sign_in: SignIn,
    people: People,
    published_result: int,
    wait: Callable[[], None],
    factory: UnitOfWorkFactory,
) -> None:
    sign_in(page, people.company)
    page.goto("/publish?what=need")
    assert_fit(page)
    press(page, "/needs")
    need_path = _write_the_need(page)
    sign_in(page, people.city_official)
    _approve(page)
    wait()

    sign_in(page, people.company)
    _tell_the_other_side(page, need_path)
    wait()
    sign_in(page, people.seller_contact)
    _accept_the_interest(page)
    wait()
    room = _open_the_room(page)
    _make_an_offer(page)

    sign_in(page, people.company)
    page.goto(room)
    assert_fit(page)
    document = _agree_and_send(page)
    _sign(page, document, factory, people.company)
    sign_in(page, people.seller_contact)
    _sign(page, document, factory, people.seller_contact)
    page.goto(room)
    assert page.get_by_text("已生效").count() > 0
    assert page.get_by_text("¥ 80,000.00").count() > 0
    assert_fit(page)


def _approve(page: Page) -> None:
    page.goto("/review")
    page.get_by_role("link", name="变压器油箱焊接变形").click()
    for tick in page.locator("main fieldset input[type=checkbox]").all():
        tick.check()
    send(page, "approve")


def _tell_the_other_side(page: Page, need_path: str) -> None:
    page.goto(f"{need_path}/matches")
    assert_fit(page)
    page.get_by_role("link", name="我有意向").first.click()
    fill(page, message="我们每月焊40台油箱，想先看实物。")
    assert_fit(page)
    send(page)


def _accept_the_interest(page: Page) -> None:
    page.goto("/interests")
    assert_fit(page)
    page.get_by_role("link", name="答复").first.click()
    assert_fit(page)
    press(page, "/accept")


def _open_the_room(page: Page) -> str:
    page.goto("/deals")
    assert_fit(page)
    page.locator("main a[href^='/deals/']").first.click()
    return page.url


def _agree_and_send(page: Page) -> str:
    press(page, "/accept")
    press(page, "/contract")
    assert_fit(page)
    document = page.url
    press(page, "/send")
    return document


def _write_the_need(page: Page) -> str:
    fill(
        page,
        title="变压器油箱焊接变形",
        description="现状：变压器油箱焊接后变形大，返修多。技术难题：夹具压不紧。预期目标：返修率降到2%以下。",
        budget_max_fen="12万",
        deadline="2027-06-30",
        industry="energy",
        county="shouguang",
    )
    page.locator('main [name="ways"][value="licence"]').check()
    assert_fit(page)
    send(page, "next")
    path = page.url.rsplit("/", 1)[0]
    press(page, "/submit")
    return path


def _make_an_offer(page: Page) -> None:
    page.locator("main a[href$='/offer']").first.click()
    page.select_option("#price_model", "instalments")
    expect(page.locator("#instalments")).to_be_visible()
    page.select_option("#price_model", "lump_sum")
    expect(page.locator("#instalments")).to_be_hidden()
    fill(
        page,
        contract_type="licence",
        price_model="lump_sum",
        amount="8万",
        delivery="交付工装图纸和两套实物，现场调试。",
        acceptance="连续20台油箱返修率不超过2%。",
    )
    assert_fit(page)
    send(page)


def _sign(page: Page, document: str, factory: UnitOfWorkFactory, actor: Actor) -> None:
    """Read what is signed, compare its hash with that of the download, and sign with the code that is sent and the password."""
    page.goto(f"{document}/signature")
    assert_fit(page)
    text = page.request.get(f"{document}/text.txt").body()
    assert page.get_by_text(hashlib.sha256(text).hexdigest()).count() > 0
    press(page, "/signature/code")
    with factory.reading(actor) as uow:
        code = code_sent(uow, int(document.rpartition("/")[2]))
    assert_fit(page)
    page.check("#agrees")
    fill(page, code=code, password=PASSWORD)
    send(page)
