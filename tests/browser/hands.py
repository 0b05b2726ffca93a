"""What a person does with a page: fill fields by their names, press the button that leads somewhere, look whether it is fit."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page


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
    page.wait_for_load_state("networkidle")  # A page is measured once its style sheet and pictures are there.
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px too wide"
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
