"""What the documentation says is what the code declares: settings, states, permissions, commands and addresses, all of them."""

import re
from pathlib import Path

import pytest
from flask import Flask

from marketplace.cli.reference import RELATIONS, TABLES, pages
from marketplace.kernel.states import Relation
from marketplace.settings import Settings
from tests.architecture.sources import ROOT, product

DOCS = ROOT / "docs"
LINK = re.compile(r"\[[^]]*\]\(([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"flask --app wsgi ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
NAME = re.compile(r"^\| `([a-z][a-z -]*[a-z])", re.MULTILINE)
VARIABLE = re.compile(r"JIANGGUO_([A-Z_]+[A-Z])")


def texts() -> list[Path]:
    """Every page that people read, the generated ones too."""
    return [*sorted(DOCS.rglob("*.md")), ROOT / "README.md", ROOT / "README.zh-CN.md"]


@pytest.mark.parametrize("name", ["settings.md", "states.md", "permissions.md", "figures.md", "commands.md", "api.md"])
def test_generated_pages_are_current(app: Flask, name: str) -> None:
    """Run `flask --app wsgi reference docs` when this fails."""
    assert (DOCS / name).read_text(encoding="utf-8") == pages(app)[name]


def test_every_setting_is_documented() -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert set(VARIABLE.findall(page)) == {name.upper() for name in Settings.model_fields}
    assert all(field.description for field in Settings.model_fields.values())


def test_every_state_table_has_its_diagram() -> None:
    """A table that somebody declares and forgets here would have no diagram and no row of permissions."""
    declared = [source.text.count("= StateTable(") for source in product() if source.path.name == "rules.py"]
    assert sum(declared) == len(TABLES) == len({table.name for table in TABLES})
    assert set(RELATIONS) == set(Relation)


def test_links_lead_somewhere() -> None:
    links = [(path, target) for path in texts() for target in LINK.findall(path.read_text(encoding="utf-8"))]
    assert [
        f"{path.name}: {target}"
        for path, target in links
        if "://" not in target and not (path.parent / target).exists()
    ] == []


def test_commands_and_settings_that_are_told_exist(app: Flask) -> None:
    known = set(NAME.findall(pages(app)["commands.md"]))
    for path in texts():
        page = path.read_text(encoding="utf-8")
        told = {(first, f"{first} {second}") for first, second in COMMAND.findall(page)}
        assert [names for names in told if not known.intersection(names)] == [], path
        assert {name.lower() for name in VARIABLE.findall(page)} <= set(Settings.model_fields), path


def test_decisions_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (DOCS / "decisions").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_a_decision_tells_context_choice_and_consequence() -> None:
    for path in (DOCS / "decisions").glob("*.md"):
        page = path.read_text(encoding="utf-8")
        assert [head for head in ("Context", "Choice", "Consequence") if f"**{head}.**" not in page] == [], path


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 120


def test_the_architecture_names_every_package() -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (ROOT / "marketplace").glob("*/__init__.py")}
    assert sorted(name for name in packages if f"{name}/" not in page) == []
