"""What is gone and what is new look the same on a page and in the PDF, and tell themselves apart without colour too."""

import re
from pathlib import Path

import marketplace

HOME = Path(marketplace.__file__).parent
SHEET = (HOME / "contracts" / "sheets" / "document.typ").read_text()
STYLE = (HOME / "static" / "css" / "site.css").read_text()


def printed(name: str) -> str:
    """How the PDF sets something."""
    return next(line for line in SHEET.splitlines() if line.startswith(f"#let {name}(body)"))


def shown(tag: str) -> str:
    """How a page shows an element, the last rule that names it."""
    rules: list[str] = re.findall(rf"(?:^|[ ,]){tag} \{{([^}}]*)\}}", STYLE, re.MULTILINE)
    return rules[-1]


def test_page_and_pdf_have_the_same_grounds_and_lines() -> None:
    rule = {"gone": re.findall(r"del, ins \{([^}]*)\}", STYLE)[0], "new": shown("ins")}
    for name, line in (("gone", "strike"), ("new", "underline")):
        grounds = re.findall(r'fill: rgb\("(#[0-9a-f]+)"\)', printed(name))
        assert re.findall(r"background: (#[0-9a-f]+)", rule[name]) == grounds
        assert line in printed(name)
        assert {"strike": "line-through", "underline": "underline"}[line] in rule[name]
