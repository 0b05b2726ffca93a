"""Time stamps of an authority that does not run the service: on signatures, and on the daily end of the audit log."""

import hashlib
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from marketplace.audit import anchors
from marketplace.audit.anchors import end_day
from marketplace.contracts.models import Document
from marketplace.contracts.seals import SealCheck, checked
from marketplace.deals import verification
from marketplace.deals.sealing import seals_of
from marketplace.infra.timestamp_demands import TOLERANCE
from marketplace.infra.timestamps import stamp_in
from marketplace.infra.unit_of_work import UnitOfWorkFactory
from marketplace.kernel.clock import SetClock
from tests.evidence.packages import exported, problem
from tests.factories import make_contract, make_deal, make_signed, sign
from tests.pdfs import pdfsig
from tests.personas import People
from tests.stamping import Stamping, asked, stamping

Drain = Callable[[], int]


@pytest.fixture
def authority(tmp_path: Path, factory: UnitOfWorkFactory) -> Iterator[Stamping]:
    """An authority that the service is set to ask."""
    with stamping(tmp_path / "stamps") as house:
        asked(factory, house)
        yield house


def seals(factory: UnitOfWorkFactory, document_id: int) -> tuple[bytes, tuple[SealCheck, ...]]:
    """The signed file, and what is found in it by somebody who trusts both roots."""
    services = factory.services
    with factory.reading() as uow:
        sha256 = seals_of(uow, document_id)[-1].sha256
    with services.files.open(sha256) as file:
        content = file.read()
    return content, checked(content, services.certificates.roots, factory.clock.now(), services.stamps.roots)


@pytest.fixture
def document_id(factory: UnitOfWorkFactory, people: People, drain: Drain) -> int:
    """A contract that waits for both signatures."""
    document_id = make_contract(factory, people, make_deal(factory, people))
    drain()
    return document_id


def test_each_signature_bears_the_stamp_of_the_authority(
    factory: UnitOfWorkFactory, people: People, drain: Drain, document_id: int, authority: Stamping
) -> None:
    sign(factory, people.seller_contact, document_id)
    drain()
    sign(factory, people.company, document_id)
    drain()
    content, found = seals(factory, document_id)
    assert [one.is_valid for one in found] == [True, True]
    assert [one.stamp is not None and one.stamp.is_trusted for one in found] == [True, True]
    assert {one.stamp.authority for one in found if one.stamp} == {"Stamps of the city"}
    with factory.reading() as uow:
        assert uow.session.get_one(Document, document_id).text.encode() not in b"".join(authority.asked)
    stranger = checked(content, factory.services.certificates.roots, factory.clock.now())
    assert [(one.is_valid, one.stamp is not None and one.stamp.is_trusted) for one in stranger] == [(True, False)] * 2


def test_everybody_reads_who_stamped_it_and_when(
    factory: UnitOfWorkFactory, people: People, drain: Drain, document_id: int, authority: Stamping
) -> None:
    sign(factory, people.seller_contact, document_id)
    drain()
    with factory.reading() as uow:
        code = uow.session.get_one(Document, document_id).code or ""
        found = verification.by_code(uow, code)
        checks = verification.check_seals(uow.services, found, uow.now())
    seal = checks[people.seller_party]
    assert seal is not None
    assert seal.stamp is not None
    assert (seal.stamp.authority, seal.stamp.is_trusted) == ("Stamps of the city", True)


def test_another_program_finds_stamped_signatures_valid(
    factory: UnitOfWorkFactory, people: People, drain: Drain, document_id: int, authority: Stamping
) -> None:
    sign(factory, people.seller_contact, document_id)
    drain()
    assert authority.asked
    said = pdfsig(seals(factory, document_id)[0])
    assert said.count("Signature Validation: Signature is Valid.") == 1


@pytest.mark.parametrize(
    "wrong",
    [{"is_open": False}, {"answers": b"<html>busy</html>"}, {"asked_instead": hashlib.sha256(b"another").digest()}],
    ids=["silent", "a page", "a stamp of something else"],
)
def test_a_signature_waits_for_its_stamp_and_nothing_is_lost(
    factory: UnitOfWorkFactory,
    people: People,
    drain: Drain,
    document_id: int,
    authority: Stamping,
    wrong: dict[str, Any],
) -> None:
    well = {name: getattr(authority, name) for name in wrong}
    vars(authority).update(wrong)
    sign(factory, people.seller_contact, document_id)
    with pytest.raises(AssertionError, match=r"no time stamp|something else"):
        drain()
    with factory.reading() as uow:
        assert seals_of(uow, document_id) == []
    vars(authority).update(well)
    factory.clock.forward(hours=2)  # type: ignore[attr-defined]
    drain()
    assert [one.stamp is not None for one in seals(factory, document_id)[1]] == [True]


@pytest.mark.parametrize("ahead", [timedelta(minutes=2), timedelta(minutes=20)], ids=["a little", "far"])
def test_a_clock_that_is_ahead_makes_no_evidence_that_is_wrong(
    factory: UnitOfWorkFactory,
    people: People,
    drain: Drain,
    clock: SetClock,
    authority: Stamping,
    tmp_path: Path,
    ahead: timedelta,
) -> None:
    """What two clocks that are looked after differ by is allowed for; where it is more, the signature waits."""
    clock.at = datetime.now(UTC) + ahead
    deal_id = make_signed(factory, people)
    if ahead > TOLERANCE:
        with pytest.raises(AssertionError, match="set them by NTP"):
            drain()
        return
    drain()
    assert problem(tmp_path, exported(factory, deal_id)) == ""


def test_the_daily_anchor_is_stamped_and_openssl_agrees(
    factory: UnitOfWorkFactory, people: People, drain: Drain, document_id: int, authority: Stamping, tmp_path: Path
) -> None:
    with factory.writing() as uow:
        end_day(uow)
    drain()
    file = factory.services.settings.anchors_file
    ((anchor, token),) = anchors.stamps_kept(file)
    assert [anchor] == anchors.kept(file)
    (tmp_path / "anchor").write_bytes(str(anchor).encode())
    (tmp_path / "token").write_bytes(token)
    data = ("-data", str(tmp_path / "anchor"), "-token_in", "-in", str(tmp_path / "token"))
    agreed = subprocess.run(
        ["openssl", "ts", "-verify", *data, "-CAfile", str(authority.root)], check=True, capture_output=True, text=True
    )
    assert "Verification: OK" in agreed.stdout + agreed.stderr
    assert anchors.first_badly_stamped([(anchor, token)], factory.services.stamps.roots) is None
    other = anchors.Anchor(anchor.row_id, hashlib.sha256(b"another").hexdigest())
    assert anchors.first_badly_stamped([(other, token)], factory.services.stamps.roots) == other


def test_an_authority_that_is_silent_keeps_no_anchor_back(
    factory: UnitOfWorkFactory, drain: Drain, document_id: int, authority: Stamping
) -> None:
    authority.is_open = False
    with factory.writing() as uow:
        end_day(uow)
    drain()
    file = factory.services.settings.anchors_file
    assert len(anchors.kept(file)) == 1
    assert list(anchors.stamps_kept(file)) == []


@pytest.mark.parametrize("answer", [b"", b"<html>busy</html>", b"0\x82\x01"], ids=["nothing", "a page", "cut off"])
def test_an_authority_that_answers_nonsense_keeps_no_anchor_back(
    factory: UnitOfWorkFactory, drain: Drain, document_id: int, authority: Stamping, answer: bytes
) -> None:
    authority.answers = answer
    with factory.writing() as uow:
        end_day(uow)
    drain()
    file = factory.services.settings.anchors_file
    assert (len(anchors.kept(file)), list(anchors.stamps_kept(file))) == (1, [])


def test_what_was_stamped_is_still_known_once_nobody_is_asked_any_more(
    factory: UnitOfWorkFactory, people: People, drain: Drain, document_id: int, authority: Stamping
) -> None:
    sign(factory, people.seller_contact, document_id)
    drain()
    authority.url = ""
    asked(factory, authority)
    ((seal,),) = (seals(factory, document_id)[1],)
    assert seal.stamp is not None
    assert seal.stamp.is_trusted
    with factory.writing() as uow:
        end_day(uow)
    drain()
    assert list(anchors.stamps_kept(factory.services.settings.anchors_file)) == []


def test_no_changed_byte_makes_a_stamp_of_something_else(factory: UnitOfWorkFactory, authority: Stamping) -> None:
    """Bytes that no signature covers may differ; what is read then is the same."""
    content, roots = b"12:" + b"a" * 64, factory.services.stamps.roots
    token = factory.services.stamps.stamp(content, since=factory.clock.now())
    assert token is not None
    said = stamp_in(token, content, roots)
    assert said.is_trusted
    with pytest.raises(ValueError, match="no time stamp"):
        stamp_in(token, content + b" ", roots)
    found = 0
    for place in range(0, len(token), 23):
        changed = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        try:
            still = stamp_in(changed, content, roots)
        except ValueError:
            found += 1
        else:
            assert not still.is_trusted or still == said, place
    assert found > 0
