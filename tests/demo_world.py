"""The loaded demo: made once for a whole test run on SQLite, and shared by every process of it; nobody may write to it."""

import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select

from marketplace.accounts.models import User
from marketplace.app import create_app
from marketplace.demo.load import load
from marketplace.infra.authority import Authority
from marketplace.infra.database import Base
from marketplace.kernel.clock import SetClock, china_day
from marketplace.kernel.permissions import Actor
from marketplace.organisations.actors import actor_of
from marketplace.settings import Settings
from marketplace.web.context import EXTENSION, Runtime
from tests.world import PASSPHRASE

LOADED_ON = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY: date = china_day(LOADED_ON)


@dataclass(frozen=True)
class Demo:
    """An instance with the demo in it."""

    app: Flask
    runtime: Runtime

    def person(self, email: str) -> Actor:
        """One of its people, as a request would have him."""
        with self.runtime.factory.reading() as uow:
            return actor_of(uow.session, uow.session.scalars(select(User).where(User.email == email)).one())


def open_demo(settings: Settings) -> Demo:
    """The app on a database that has its schema; its people can sign."""
    authority = Authority(settings.authority_file, PASSPHRASE)
    if not authority.is_ready:
        authority.create(settings.union_name, LOADED_ON)
    app = create_app(settings, SetClock(LOADED_ON))
    return Demo(app, app.extensions[EXTENSION])


def demo_settings(folder: Path, database_url: str = "") -> Settings:
    """Everything under one folder, no worker."""
    return Settings(
        data_dir=folder,
        database_url=database_url,
        rate_limit="",
        worker_in_process=False,
        authority_passphrase=SecretStr(PASSPHRASE),
    )


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The data folder of the loaded demo; whichever process comes first loads it."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder = shared / "demo"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "loaded").exists():
            demo = open_demo(demo_settings(folder))
            engine = demo.runtime.factory.engine
            Base.metadata.create_all(engine)
            load(demo.runtime.factory)
            engine.dispose()
            (folder / "loaded").touch()
    return folder


@pytest.fixture(scope="session")
def demo(demo_folder: Path) -> Iterator[Demo]:
    """The loaded demo, to be read."""
    found = open_demo(demo_settings(demo_folder))
    yield found
    found.runtime.factory.engine.dispose()
