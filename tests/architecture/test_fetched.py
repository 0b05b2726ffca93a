"""What set-up fetches from npm is settled to the byte, comes from whatever registry there is, and is never committed."""

import json
from pathlib import Path
from typing import Any

from marketplace.statistics.wall_views import CHARTS
from marketplace.web.fetched import FOLDER
from tests.architecture.sources import ROOT

NPM = ROOT / "marketplace" / "web" / "npm"


def read(name: str) -> Any:
    return json.loads((NPM / name).read_text(encoding="utf-8"))


def test_every_package_has_its_hash_and_no_address() -> None:
    packages = {name: one for name, one in read("package-lock.json")["packages"].items() if name}
    assert "node_modules/echarts" in packages
    assert [name for name, one in packages.items() if not one.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, one in packages.items() if "resolved" in one] == []


def test_the_lock_is_that_of_what_is_asked_for() -> None:
    wanted = read("package.json")["dependencies"]
    assert read("package-lock.json")["packages"][""]["dependencies"] == wanted
    assert [version for version in wanted.values() if not version[0].isdigit()] == []


def test_set_up_puts_the_file_where_the_page_looks_for_it_and_git_does_not() -> None:
    made = f"marketplace/static/{FOLDER}/{CHARTS}"
    assert f"CHARTS := {made}\n" in (ROOT / "Makefile").read_text(encoding="utf-8")
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert f"/{Path(made).parent.as_posix()}/" in ignored
