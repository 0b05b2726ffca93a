"""One package that is exported once, for everybody who tries to change it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marketplace.audit.anchors import end_day
from marketplace.infra.authority import Authority
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from tests.evidence.packages import Files, exported, unpacked
from tests.factories import make_signed
from tests.personas import People
from tests.stamping import asked, stamping
from tests.world import PASSPHRASE


@pytest.fixture(scope="session")
def kept() -> dict[str, bytes]:
    """What was exported already."""
    return {}


@pytest.fixture
def content(kept: dict[str, bytes], request: pytest.FixtureRequest) -> bytes:
    """The evidence of a deal that both signed electronically, with an anchor."""
    if "zip" not in kept:
        factory: UnitOfWorkFactory = request.getfixturevalue("factory")
        people: People = request.getfixturevalue("people")
        drain: Callable[[], int] = request.getfixturevalue("drain")
        deal_id = make_signed(factory, people)
        with factory.writing() as uow:
            end_day(uow)
        drain()
        kept["zip"] = exported(factory, deal_id)
    return kept["zip"]


@pytest.fixture
def files(content: bytes) -> Files:
    """What is in it."""
    return unpacked(content)


@pytest.fixture
def stamped(kept: dict[str, bytes], request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """What is in the evidence of a deal whose signatures bear stamps of OpenSSL, which knows no other clock than the
    machine's: signed at NOW, stamped and exported today."""
    if "stamped" not in kept:
        factory: UnitOfWorkFactory = request.getfixturevalue("factory")
        people: People = request.getfixturevalue("people")
        drain: Callable[[], int] = request.getfixturevalue("drain")
        clock: SetClock = request.getfixturevalue("clock")
        with stamping(tmp_path / "stamps") as house:
            asked(factory, house)
            deal_id = make_signed(factory, people)
            drain()
        clock.at = datetime.now(UTC)
        kept["stamped"] = exported(factory, deal_id)
    return unpacked(kept["stamped"])


@pytest.fixture
def authority(authority_file: Path) -> Authority:
    """The one that signed it."""
    return Authority(authority_file, PASSPHRASE)
