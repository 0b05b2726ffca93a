"""The default data folder is named relative to where the service is started; uploads must be found again all the same."""

import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

from marketplace.app import create_app
from marketplace.kernel.clock import SetClock
from marketplace.listings.models import Attachment
from marketplace.listings.rules import AttachmentKind
from marketplace.settings import Settings
from marketplace.web.context import EXTENSION
from tests.factories import make_result
from tests.personas import make_people


def test_a_photo_is_served_from_a_relative_data_folder(
    tmp_path: Path, empty_sqlite: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "instance").mkdir()
    shutil.copy(empty_sqlite, tmp_path / "instance" / "jiangguo.sqlite")
    app = create_app(Settings(data_dir=Path("instance"), rate_limit="", worker_in_process=False), clock)
    factory = app.extensions[EXTENSION].factory
    people = make_people(factory)
    result_id = make_result(factory, people)
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    picture.seek(0)
    stored = factory.services.files.save(picture, 10_000)
    with factory.writing() as uow:
        photo = Attachment(
            listing_id=result_id,
            kind=AttachmentKind.PHOTO,
            name="工装.png",
            media_type="image/png",
            sha256=stored.sha256,
            thumbnail_sha256=stored.sha256,
            size=stored.size,
            added_by_id=people.worker.user_id,
            added_at=uow.now(),
        )
        uow.session.add(photo)
        uow.flush()
    for size in ("small", "large"):
        with app.test_client().get(f"/photos/{photo.id}/{size}") as answer:
            assert (answer.status_code, answer.mimetype) == (200, "image/png")
    factory.engine.dispose()
