"""From the number on the wall to the paper of the bank, and from what a person was paid back to where it began, in the demo."""

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Download, Page, ViewportSize

from marketplace.demo.load import PASSWORD
from marketplace.demo.specimen import specimen
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.payments.models import Receipt
from marketplace.web.context import Runtime
from tests.browser.hands import assert_fit, fill, send
from tests.demo_world import Demo, demo_folder, demo_settings, open_demo

__all__ = ["demo_folder"]

pytestmark = pytest.mark.browser
SCREEN: ViewportSize = {"width": 1920, "height": 1080}


@pytest.fixture
def demo_copy(demo_folder: Path, tmp_path: Path) -> Iterator[Demo]:
    """A copy of the demo: who signs in writes into it."""
    shutil.copytree(demo_folder, tmp_path / "demo")
    demo = open_demo(demo_settings(tmp_path / "demo"))
    yield demo
    demo.runtime.factory.engine.dispose()


@pytest.fixture
def app(demo_copy: Demo) -> Flask:
    """Its pages."""
    return demo_copy.app


@pytest.fixture
def runtime(demo_copy: Demo) -> Runtime:
    """What lies under them."""
    return demo_copy.runtime


@pytest.mark.parametrize("page", [SCREEN], indirect=True, ids=["wall"])
def test_from_the_wall_to_the_voucher_and_back_to_the_interest(page: Page, factory: UnitOfWorkFactory) -> None:
    page.goto("/sign-in")
    fill(page, contact="official@example.com", password=PASSWORD)
    send(page)
    page.goto("/wall")
    page.locator(".wall-chart canvas").wait_for()
    assert_fit(page)
    page.locator(".wall-A4 .wall-number a").click()
    assert_fit(page)

    page.locator("main table a[href*='#receipt-']").first.click()
    receipt = page.locator(f"#{page.url.partition('#')[2]}")
    paper = receipt.get_by_role("link", name="银行电子回单")
    number = int(page.url.rpartition("-")[2])
    with page.expect_download() as download:
        paper.click()
    with factory.reading() as uow:
        told = uow.session.get_one(Receipt, number)
    voucher = content(download.value)
    assert drawn(voucher) == drawn(specimen("BANK TRANSFER", told.bank_reference, "PDF").read())
    assert hashlib.sha256(voucher).hexdigest() == told.voucher_sha256

    page.locator(f"main a[href='/deals/{told.deal_id}']").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="ZIP").click()
    assert "verify.py" in " ".join(zipfile.ZipFile(download.value.path()).namelist())

    page.goto("/wall")
    page.locator(".wall-tile", has_text="A6").locator(".wall-number a").click()
    page.locator("main table a[href^='/rewards/']").first.click()
    assert page.locator(f"#{page.url.partition('#')[2]}").get_by_role("link", name="回单").is_visible()
    reward = page.url
    for kind, found in (("/documents/", "合同"), ("/interests/", "意向"), ("/results/", "成果"), ("#receipt-", "回单")):
        page.locator(f"#origin a[href*='{kind}']").click()
        assert page.get_by_text(found).count() > 0
        page.goto(reward)


def drawn(paper: bytes) -> bytes:
    """A specimen up to the moment it was made."""
    return paper.partition(b"/CreationDate")[0]


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()
