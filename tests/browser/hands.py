"""What a person does with a page: fill fields by their names, press the button that leads somewhere, look whether it is fit."""

import time
from weakref import WeakKeyDictionary

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, Request

_UNDER_WAY: WeakKeyDictionary[Page, set[Request]] = WeakKeyDictionary()


def new_page(context: BrowserContext) -> Page:
    """A page of which one knows which of its requests have no answer yet."""
    page = context.new_page()
    under_way = _UNDER_WAY[page] = set[Request]()

    def began(request: Request) -> None:
        if request.is_navigation_request():
            under_way.clear()  # The page before, and all that it asked for, is left.
        under_way.add(request)

    def ended(request: Request) -> None:
        under_way.discard(request)

    page.on("request", began)
    page.on("requestfinished", ended)
    page.on("requestfailed", ended)
    return page


def rest(page: Page) -> None:
    """Wait until the page, and all that its scripts have asked for so far, is there.

    Playwright's own `networkidle` waits half a second more, to be sure, in which nothing happens.
    """
    page.wait_for_load_state("load")
    until = time.monotonic() + 30
    while _UNDER_WAY[page]:
        assert time.monotonic() < until, f"{page.url} waits for {[one.url for one in _UNDER_WAY[page]]}"
        page.wait_for_timeout(10)
        page.wait_for_load_state("load")


def fill(page: Page, **fields: str) -> None:
    """Type into fields by name; a select takes its value, a radio button or check box the value to choose."""
    for name, value in fields.items():
        field = page.locator(f'main [name="{name}"]')
        kind = field.first.evaluate("field => field.type || field.tagName.toLowerCase()")
        if kind in {"radio", "checkbox"}:
            page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif kind.startswith("select"):
            field.select_option(value)
        else:
            field.fill(value)


def press(page: Page, leads_to: str) -> None:
    """Press the button of the form that posts to an address with this ending; open its confirmation first if it has one."""
    form = page.locator(f'main form[action$="{leads_to}"]').first
    if not form.is_visible():
        form.locator("xpath=ancestor::details[1]/summary").click()
    _send(page, form.locator("button[type=submit], button:not([type])").last)


def send(page: Page, value: str | None = None) -> None:
    """Send the form in the middle of the page, by the button of this value if it has several."""
    main = page.locator("main form.stack").first
    _send(page, main.locator(f'button[value="{value}"]' if value else "button[type=submit]").last)


def _send(page: Page, button: Locator) -> None:
    with page.expect_navigation():
        button.click()


def assert_fit(page: Page) -> None:
    """Nothing sticks out sideways, nothing is left in English, and axe finds nothing."""
    rest(page)  # A page is measured once its style sheet and pictures are there.
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
