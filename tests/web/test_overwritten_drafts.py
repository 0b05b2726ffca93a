"""The page of what another window has written over: shown with its differences, taken back, let go."""

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.permissions import Actor
from tests.personas import People

Browse = Callable[[Actor], FlaskClient]


def seen_in(page: str) -> str:
    found = re.search(r'name="seen"[^>]*value="(\d+)"', page)
    assert found
    return found[1]


def test_two_windows_on_one_draft(browse: Browse, factory: UnitOfWorkFactory, people: People) -> None:
    worker = browse(people.worker)
    edit = worker.post("/results").location
    seen = seen_in(worker.get(edit).text)
    left = {"seen": seen, "title": "焊接工装", "problem": "人工焊接变形大。"}
    right = {"seen": seen, "title": "焊接工装", "problem": "人工焊接返修多。"}
    draft = int(edit.split("/")[2])
    assert worker.post(f"/results/{draft}/autosave/1", data=left).status_code == 200
    worker.post(f"{edit}/1", data={**right, "go": "save"})
    page = worker.get(edit).text
    assert "另一窗口" in page
    kept = f"/drafts/{draft}/overwritten"
    assert kept in page
    assert kept in worker.get(f"/results/{draft}/preview").text
    shown = worker.get(kept).text
    assert "人工焊接<mark>变形大</mark>。" in shown
    assert "人工焊接<mark>返修多</mark>。" in shown
    (take,) = re.findall(rf'action="({kept}/\d+/take)"', shown)
    for stranger in (people.colleague, people.county_official):
        assert browse(stranger).get(kept).status_code == browse(stranger).post(take).status_code == 404
    worker.post(take)
    assert "人工焊接变形大。" in worker.get(edit).text
    (drop,) = re.findall(rf'action="({kept}/\d+/drop)"', worker.get(kept).text)
    worker.post(drop)
    assert kept not in worker.get(edit).text
    assert worker.post(take).status_code == 404
